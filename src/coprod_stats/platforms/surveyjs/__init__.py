"""SurveyJS: forms out, answers in."""
