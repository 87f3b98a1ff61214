"""Driver-impact paths, estimated by one or several specifications."""
