"""The synthetic agency that `up` seeds: people, ready logins and cases at every step."""
