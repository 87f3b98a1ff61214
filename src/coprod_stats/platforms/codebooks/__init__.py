"""Codebooks and labelled data files for other software."""
