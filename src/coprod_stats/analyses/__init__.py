"""Kinds of analysis: what binds a statistic to a plan, and the registry that lists them."""
