"""The event store: schema, the one writer with its group commit, and reading."""
