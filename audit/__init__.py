"""What an auditor runs: verification of a whole ledger with its own reading of the rules."""
