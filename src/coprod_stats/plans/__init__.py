"""The grammar of a study plan."""
