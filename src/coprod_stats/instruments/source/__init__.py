"""From YAML to the resolved questionnaire."""
