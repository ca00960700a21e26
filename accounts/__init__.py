"""Who signs in and how: passwords, sessions and API keys. Outside the ledger, because they are secrets."""
