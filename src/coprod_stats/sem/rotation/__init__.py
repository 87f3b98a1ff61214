"""Rotation of exploratory factors: criteria, the search for their minima, and its derivatives."""
