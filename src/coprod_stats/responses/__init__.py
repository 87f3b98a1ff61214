"""One table of answers bound to its instrument."""
