"""What a design can find: simulated answers and power."""
