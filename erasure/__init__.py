"""Making an erasure true outside the ledger: documents, credentials, free pages, files."""
