"""Observed data as statistics: moments, missing patterns, thresholds, polychorics, Gamma."""
