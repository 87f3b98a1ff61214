"""What was found, as a document that anyone can rebuild."""
