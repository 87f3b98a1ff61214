"""Standard errors, tests, fit indices and standardised solutions."""
