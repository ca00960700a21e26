"""Last year under another policy: what would have come out otherwise, and why."""
