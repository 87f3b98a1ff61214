"""Whether the drivers go with the impacts: regressions and structural models."""
