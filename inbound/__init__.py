"""Requests from other programs: what they ask as commands, in CloudEvents, and by the batch."""
