"""From YAML files to the resolved questionnaire."""
