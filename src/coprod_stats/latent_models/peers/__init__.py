"""Scripts of the same model for lavaan and Mplus."""
