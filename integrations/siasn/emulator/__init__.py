"""A stand-in for SIASN over real HTTP: its paths, envelopes and quirks, and a fault for each request."""
