"""What is wrong with a questionnaire, and what survey methodology warns of."""
