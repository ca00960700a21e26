"""What an operator runs: starting and supervising, serving, exporting, verifying, healing."""
