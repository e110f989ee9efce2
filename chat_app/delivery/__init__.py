"""Doors: each translates in, calls one use case, translates out."""
