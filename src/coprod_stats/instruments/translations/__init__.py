"""Translations of a questionnaire."""
