"""The ledger's history in the words of process mining: exports, conformance and waiting times."""
