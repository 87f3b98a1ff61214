"""What is estimated: the kinds of problem, and the one place that chooses among them."""
