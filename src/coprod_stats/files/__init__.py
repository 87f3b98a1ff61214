"""Files: how they are read and written, whatever they hold."""
