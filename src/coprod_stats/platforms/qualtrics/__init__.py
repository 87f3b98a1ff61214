"""Qualtrics: forms out, answers in."""
