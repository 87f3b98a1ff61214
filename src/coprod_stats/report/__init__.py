"""What a study found, as a document that anyone can rebuild."""
