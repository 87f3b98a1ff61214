"""The grammar of a questionnaire."""
