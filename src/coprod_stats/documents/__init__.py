"""Documents as data, and what shows them; knows nothing of surveys."""
