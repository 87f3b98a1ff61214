"""Populations whose truth is known, and answers drawn from them."""
