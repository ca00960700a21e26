"""What a person can carry out of the building about one case, and check without this program."""
