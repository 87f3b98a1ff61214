"""Kinds of analysis, which bind statistics to plans, and their registry."""
