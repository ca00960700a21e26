"""Processes as Temporal drives them."""
