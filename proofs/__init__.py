"""Merkle trees, signed notes, checkpoints and keys (RFC 6962, C2SP): pure, used by writer and auditor alike."""
