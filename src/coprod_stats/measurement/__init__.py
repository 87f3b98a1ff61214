"""Whether the scales measure: item analysis, reliability."""
