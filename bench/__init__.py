"""Benchmarks: each figure beside its floor, taken in the same run; JSON lines on standard output."""
