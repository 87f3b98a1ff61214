"""Who answered how: completeness, care, eligibility."""
