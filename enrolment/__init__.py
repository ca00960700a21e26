"""Bringing rosters into the ledger: what is new, what changed, and what is refused."""
