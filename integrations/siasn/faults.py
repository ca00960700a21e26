"""What can go wrong with SIASN, told apart by what helps. No sentence of these errors holds personal data.

- SiasnFault
  - SiasnUnreachable     asking again later may help: the network, BKN's gateway or backend
    - SiasnUnauthorised  both tokens were refreshed and still not taken
    - SiasnUnanswered    something was sent to be stored, and nobody knows whether it was
  - SiasnRefused         BKN said no; asking the same again is of no use
    - SiasnMisunderstood the answer has a shape that no source records
"""

from __future__ import annotations


class SiasnFault(Exception):
    """`what` names the path's kind, never a person; `why` is a code of ours."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"SIASN {what}: {why}")
        self.what = what
        self.why = why


class SiasnUnreachable(SiasnFault):
    """No answer, or one that says nothing: asking again later may help."""


class SiasnUnauthorised(SiasnUnreachable):
    """BKN does not take the tokens, not even new ones."""


class SiasnUnanswered(SiasnUnreachable):
    """The reply to something sent was lost: it may be stored. Read again before it is sent again."""


class SiasnRefused(SiasnFault):
    """BKN refused. `message` is its own sentence and may name people: it is sealed or shown, never logged."""

    def __init__(self, what: str, why: str, message: str = "") -> None:
        super().__init__(what, why)
        self.message = message


class SiasnMisunderstood(SiasnRefused):
    """An answer of a shape that no source records."""
