"""Populations with known parameters, and synthetic answers drawn from them."""
