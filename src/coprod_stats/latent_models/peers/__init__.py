"""Scripts that fit the same model in lavaan and Mplus."""
