"""Reports of studies that anyone can rebuild."""
