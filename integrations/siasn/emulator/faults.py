"""What can be made to go wrong with a request, so many times, on the paths that contain a word."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """The three sentences of a 401 and the empty and failed answers are as clients of the service recorded
    them; TOO_MANY is the gateway's (WSO2) general form, assumed.
    """

    BAD_APIM = "bad-apim"
    BAD_SSO = "bad-sso"
    MISMATCH = "mismatch"
    EMPTY_404 = "empty-404"
    EMPTY_NULL = "empty-null"
    EMPTY_TEXT = "empty-text"
    FAILURE_IN_200 = "failure-in-200"
    CODE_0_IN_200 = "code-0-in-200"
    RUNTIME_ERROR = "runtime-error"
    SUSPENDED = "suspended"
    TOO_MANY = "too-many"
    RESET = "reset"
    SLOW = "slow"
    TRUNCATED = "truncated"
    HTML = "html"
    EMPTY_BODY = "empty-body"
    # The request is carried out in full, and its reply never arrives.
    LOST_REPLY = "lost-reply"
    # As LOST_REPLY, but a page of a proxy comes in its place.
    HTML_AFTER_COMMIT = "html-after-commit"


AFTER_COMMIT = frozenset({Fault.LOST_REPLY, Fault.HTML_AFTER_COMMIT, Fault.TRUNCATED, Fault.SLOW})

ANSWERS: dict[Fault, tuple[int, dict[str, Any]]] = {
    Fault.BAD_APIM: (401, {"code": "900901", "message": "Invalid Credentials"}),
    Fault.BAD_SSO: (401, {"code": 0, "message": "invalid or expired jwt"}),
    Fault.MISMATCH: (401, {"code": 0, "data": "Token SSO mismatch"}),
    Fault.EMPTY_404: (404, {"code": 0, "data": "Data tidak ditemukan"}),
    Fault.EMPTY_NULL: (200, {"code": 1, "data": None}),
    Fault.EMPTY_TEXT: (200, {"code": 1, "data": "record not found"}),
    Fault.FAILURE_IN_200: (200, {"success": False, "message": "Data tidak dapat disimpan"}),
    Fault.CODE_0_IN_200: (200, {"code": 0, "message": "Data tidak valid", "mapData": "Data tidak valid"}),
    Fault.RUNTIME_ERROR: (500, {"code": "101503", "message": "Runtime Error"}),
    Fault.SUSPENDED: (
        401,  # assumed: with the status that would otherwise have tokens refreshed
        {
            "code": "303001",
            "message": "Runtime Error",
            "description": "Currently, Address endpoint : [ SUSPENDED ]",
        },
    ),
    Fault.TOO_MANY: (429, {"code": "900800", "message": "Message throttled out"}),
}
PAGE_OF_A_PROXY = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class _Waiting:
    fault: Fault
    path: str
    times: int


class Faults:
    """Faults that wait for their requests, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault, path: str = "", times: int = 1) -> None:
        """Have the next `times` requests fail whose path contains `path`."""
        with self._lock:
            self._waiting.append(_Waiting(fault, path, times))

    def take(self, path: str) -> Fault | None:
        """The fault of this request."""
        with self._lock:
            for each in self._waiting:
                if each.path in path:
                    each.times -= 1
                    if each.times == 0:
                        self._waiting.remove(each)
                    return each.fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()
