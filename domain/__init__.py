"""The law of personnel actions, pure: people, posts, commands, events, `decide` and `evolve`."""
