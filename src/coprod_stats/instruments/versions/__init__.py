"""Versions of a questionnaire: what changed, and what may be pooled."""
