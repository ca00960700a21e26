"""Wire clients of other systems."""
