"""Pages for people: server-rendered, in Indonesian and English, over the same HTTP API as everybody's."""
