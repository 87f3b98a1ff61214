"""Ordered and mixed data: thresholds, polychoric correlations and the models fitted to them."""
