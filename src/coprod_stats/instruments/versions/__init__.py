"""Versions of a questionnaire: changes, and pooling across versions."""
