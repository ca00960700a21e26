"""What an answer of SIASN means. The HTTP status says little: failures come inside 200, "nothing" as 404.

Shapes as public clients of the service record them; none is BKN's own documentation.
"""

from __future__ import annotations

import json
from typing import Any

from integrations.siasn.faults import SiasnMisunderstood, SiasnRefused, SiasnUnreachable

NOTHING = ("data tidak ditemukan", "record not found")
# Sentences of the gateway about tokens, and of a backend that is away.
ABOUT_TOKENS = ("invalid credentials", "invalid or expired jwt", "token sso mismatch")
AWAY = ("runtime error", "suspended")
ERRORS_OF_SERVERS = 500


def opened(what: str, status: int, body: bytes) -> dict[str, Any]:
    """The envelope. Raises SiasnUnreachable for a status or body that says nothing: HTML of a proxy, a
    truncated or an empty body, a backend that is away, too many calls.
    """
    try:
        envelope = json.loads(body)
    except (ValueError, UnicodeDecodeError):
        raise SiasnUnreachable(what, f"no-json-in-{status}") from None
    if not isinstance(envelope, dict):
        raise SiasnUnreachable(what, f"no-envelope-in-{status}")
    if status == 429:
        raise SiasnUnreachable(what, "too-many-calls")
    if status >= ERRORS_OF_SERVERS or any(sentence in _sentences(envelope) for sentence in AWAY):
        raise SiasnUnreachable(what, "backend-away")
    return envelope


def wants_new_tokens(status: int, body: bytes) -> bool:
    """Whether the answer is about tokens. A suspended backend is not, whatever its status."""
    try:
        envelope = json.loads(body)
    except (ValueError, UnicodeDecodeError):
        return status == 401
    said = _sentences(envelope) if isinstance(envelope, dict) else ""
    if any(sentence in said for sentence in AWAY):
        return False
    return status == 401 or any(sentence in said for sentence in ABOUT_TOKENS)


def found(what: str, status: int, envelope: dict[str, Any]) -> Any:
    """The data of a read; None for every way of saying that there is none. Raises SiasnRefused."""
    data = envelope.get("data")
    nothing = data is None or (isinstance(data, str) and data.strip().lower() in NOTHING)
    code = str(envelope.get("code"))
    if nothing and (status == 404 or code in ("0", "1")):
        return None
    if code == "1" and status < 400:
        return data
    raise SiasnRefused(what, f"status-{status}", _message(envelope))


def stored(what: str, status: int, envelope: dict[str, Any]) -> dict[str, Any]:
    """What a save or upload answered with (`mapData` or `data`); {} where it only says that it is done.
    Raises SiasnRefused for a failure in any of its shapes.
    """
    fine = {
        "success": envelope.get("success"),
        "code": envelope.get("code"),
        "error": envelope.get("Error", envelope.get("error")),
    }
    done = (
        fine["success"] is True
        or str(fine["code"]) == "1"
        or (fine["error"] is not None and str(fine["error"]).lower() == "false")
    )
    if status >= 400 or not done or fine["success"] is False:
        if all(value is None for value in fine.values()):
            raise SiasnMisunderstood(what, f"no-verdict-in-{status}", _message(envelope))
        raise SiasnRefused(what, f"refused-in-{status}", _message(envelope))
    for name in ("mapData", "data"):
        if isinstance(envelope.get(name), dict):
            return dict(envelope[name])
    return {}


def _message(envelope: dict[str, Any]) -> str:
    for name in ("message", "Message", "data", "mapData"):
        if isinstance(envelope.get(name), str) and envelope[name].strip():
            return str(envelope[name])[:500]
    return ""


def _sentences(envelope: dict[str, Any]) -> str:
    names = ("message", "Message", "description", "data", "fault", "error_description")
    return " ".join(
        str(envelope[name]) for name in names if isinstance(envelope.get(name), str | dict)
    ).lower()
