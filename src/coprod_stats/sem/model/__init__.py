"""From model text to a parameter table, and from parameters to implied moments."""
