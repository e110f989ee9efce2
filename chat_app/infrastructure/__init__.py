"""Adapters to the world outside, named by technology."""
