"""LimeSurvey: forms out, answers in."""
