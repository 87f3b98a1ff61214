"""Figures, written as SVG."""
