"""Merkle trees, signed notes, checkpoints and keys (RFC 6962, C2SP): pure, for writer and auditor alike."""
