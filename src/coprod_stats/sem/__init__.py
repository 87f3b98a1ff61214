"""The numeric core of latent-variable models: arrays in, arrays out."""
