"""Telling people that something waits for them: by mail or another channel, at once or in a digest."""
