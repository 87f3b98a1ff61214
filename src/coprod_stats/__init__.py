"""Questionnaires, scores, driver-impact models and reports on the co-production of services."""
