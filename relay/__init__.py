"""Between the ledger and Temporal: what happened wakes processes, and what they ask is recorded."""
