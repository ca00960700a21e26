"""What can be asked of the profiling campaign."""

from __future__ import annotations

from domain.commands import Command


class RemindProfiling(Command):
    """Remind every unit that has somebody in no box, unless it was reminded not long ago."""
