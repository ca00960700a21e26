"""Read models: table, what an event makes of it, and its queries, one file each."""
