"""Faults of a questionnaire, and what survey methodology advises against."""
