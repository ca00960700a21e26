"""A client that knows the contract and nothing else of the project: it reads tasks, answers their forms
with their own examples, and decides.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from typing import Any

Answer = tuple[int, dict[str, Any], Message]


@dataclass
class Client:
    """Talks to `base`; `logins` are those that `jenjang demo-logins --json` prints."""

    base: str
    logins: list[dict[str, Any]]
    tokens: dict[str, str] = field(default_factory=dict)
    receipts: list[dict[str, Any]] = field(default_factory=list)

    def call(
        self, method: str, path: str, token: str | None, body: Any = None, *, key: str | None = None
    ) -> Answer:
        """Status, JSON body and headers."""
        headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if key is not None:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text, status, sent = answer.read(), answer.status, answer.headers
        except urllib.error.HTTPError as error:
            text, status, sent = error.read(), error.code, error.headers
        return status, _parsed(text), sent

    def token(self, login: dict[str, Any]) -> str:
        """A session for the login, opened once."""
        if login["nip"] not in self.tokens:
            credentials = {"nip": login["nip"], "password": login["password"]}
            status, body, _ = self.call("POST", "/v1/sessions", None, credentials)
            assert status == 201, body
            self.tokens[login["nip"]] = body["token"]
        return self.tokens[login["nip"]]

    def with_role(self, role: str) -> dict[str, Any]:
        return next(login for login in self.logins if role in login["roles"])

    def start(self, token: str, nip: str, position: str, **changes: Any) -> dict[str, Any]:
        """Ask for a transfer; returns the action."""
        body = {
            "kind": "mutation",
            "variant": "within_agency",
            "subject_nip": nip,
            "target_position_id": position,
            "effective_date": datetime.now(UTC).date().isoformat(),
            "reason": "kebutuhan organisasi",
            "document_ids": [],
        } | changes
        status, action, _ = self.call("POST", "/v1/personnel-actions", token, body, key=str(uuid.uuid4()))
        assert status == 201, action
        self.receipts.append(action["receipt"])
        return action

    def walk(
        self, action_id: str, reader: str, *, until: str = "completed", seconds: float = 120.0,
        between: Callable[[], None] = lambda: None,
    ) -> dict[str, Any]:  # fmt: skip
        """Decide the case with whoever may, until it has the status or step; returns the action."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status, action, _ = self.call("GET", f"/v1/personnel-actions/{action_id}", reader)
            assert status == 200, action
            if until in (action["status"], *(task["step"] for task in action["open_tasks"])):
                return action
            if not any(self._decide(task["id"], action) for task in action["open_tasks"]):
                time.sleep(0.1)
            between()
        raise AssertionError(f"stuck at {action['status']}, {action['phase']}: {action['open_tasks']}")

    def _decide(self, task_id: str, action: dict[str, Any]) -> bool:
        """Whoever has the task in the inbox and may decide it approves it."""
        for login in self.logins:
            token = self.token(login)
            status, task, _ = self.call("GET", f"/v1/tasks/{task_id}", token)
            if status != 200 or "decide" not in task["allowed"]:
                continue
            overrides = [
                {"rule": finding["rule"], "reason": "kebutuhan mendesak, tertulis"}
                for finding in action["findings"]
                if finding["severity"] == "OVERRIDE" and finding["outcome"] == "fail"
            ]
            body = {
                "outcome": "approve",
                "comment": "",
                "details": task["form"]["examples"][0] if task["form"] else {},
                "overrides": overrides,
            }
            status, answer, _ = self.call(
                "POST", f"/v1/tasks/{task_id}/decision", token, body, key=str(uuid.uuid4())
            )
            if status == 409:
                return True
            assert status == 200, (task["step"], answer)
            self.receipts.append(answer["receipt"])
            return True
        return False


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {"text": text.decode(errors="replace")}
    return found if isinstance(found, dict) else {"value": found}
