"""Side effects as Temporal sees them."""
