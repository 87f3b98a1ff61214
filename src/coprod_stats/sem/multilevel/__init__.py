"""Two-level models with random intercepts."""
