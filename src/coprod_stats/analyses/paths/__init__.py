"""Driver-impact paths, estimated in one or several ways."""
