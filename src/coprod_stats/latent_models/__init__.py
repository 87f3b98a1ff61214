"""Latent-variable models on data frames, by whichever engine."""
