"""Standard errors, tests and indices at the estimates."""
