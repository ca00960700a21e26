"""What auditors ask of the ledger: documented questions, samples, reviews, and a case with its links."""
