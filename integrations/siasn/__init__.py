"""BKN's SIASN web services: tokens, reads, write-back, and an emulator that stands in for them."""
