"""The ways by which an installation tells people something: mail, and by Apprise whatever else it uses.

A channel of Apprise is a line of the operator's file: its URL holds the service's secret and the place where
a person's own address goes, so nobody can have a message sent to a service that the operator did not name.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from integrations import mail
from integrations.http_call import OutsideUnreachable

MAIL = "mail"
# A valid e-mail address as the HTML standard has it, ASCII only (WHATWG HTML, section 4.10.5.1.5).
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
MAIL_ADDRESS = rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})+"
LONGEST_ADDRESS = 254
MAIL_LABELS = {"id": "Surel", "en": "E-mail"}
MAIL_HINTS = {"id": "nama@contoh.go.id", "en": "name@example.go.id"}
PLACE = "{address}"


class MalformedChannels(Exception):
    """The file of channels cannot be read, or says something else than channels."""


@dataclass(frozen=True)
class Letter:
    """A message: no personal data in any part."""

    subject: str
    text: str
    html: str


class Channel(Protocol):
    """A way to people. `labels` are its name by language; `takes` tells whether an address may be one."""

    @property
    def name(self) -> str: ...

    @property
    def labels(self) -> Mapping[str, str]: ...

    @property
    def hints(self) -> Mapping[str, str]: ...

    def takes(self, address: str) -> bool: ...

    def send(self, address: str, letter: Letter) -> None:
        """Raises AddressRefused, OutsideUnreachable."""


@dataclass(frozen=True)
class MailChannel:
    server: mail.MailServer
    name: str = MAIL
    labels: Mapping[str, str] = field(default_factory=lambda: MAIL_LABELS)
    hints: Mapping[str, str] = field(default_factory=lambda: MAIL_HINTS)

    def takes(self, address: str) -> bool:
        return re.fullmatch(MAIL_ADDRESS, address) is not None

    def send(self, address: str, letter: Letter) -> None:
        mail.send(self.server, address, letter.subject, letter.text, html=letter.html)


class AppriseChannel(BaseModel):
    """One entry of the file. `url` is Apprise's, with `{address}` once; `pattern` is what an address has to
    match wholly.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    labels: dict[str, str]
    hints: dict[str, str]
    url: str = Field(repr=False, max_length=1000)
    pattern: str = Field(max_length=200)

    @field_validator("labels", "hints")
    @classmethod
    def _in_both_languages(cls, value: dict[str, str]) -> dict[str, str]:
        if set(value) != {"id", "en"}:
            raise ValueError("give it in id and en")
        return value

    @field_validator("url")
    @classmethod
    def _has_one_place(cls, value: str) -> str:
        if value.count(PLACE) != 1:
            raise ValueError("the URL holds {address} once")
        if not _opened(value.replace(PLACE, "1234567890")):
            raise ValueError("Apprise knows no such URL")
        return value

    @field_validator("pattern")
    @classmethod
    def _is_an_expression(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error:
            raise ValueError("no regular expression") from None
        return value

    def takes(self, address: str) -> bool:
        return re.fullmatch(self.pattern, address) is not None

    def send(self, address: str, letter: Letter) -> None:
        service = _opened(self.url.replace(PLACE, quote(address, safe="")))
        if service is None or not service.notify(body=letter.text, title=letter.subject):
            raise OutsideUnreachable(f"the channel {self.name} did not take it")


def channels(server: mail.MailServer | None, file: Path | None) -> dict[str, Channel]:
    """The channels by name: mail where there is a server, and those of the file. Raises MalformedChannels,
    whose words hold nothing of the file but names.
    """
    found: dict[str, Channel] = {}
    if server is not None:
        found[MAIL] = MailChannel(server)
    if file is None:
        return found
    try:
        listed = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise MalformedChannels(f"the file of channels cannot be read ({type(error).__name__})") from None
    if not isinstance(listed, list):
        raise MalformedChannels("the file of channels is a list")
    for number, entry in enumerate(listed, start=1):
        try:
            channel = AppriseChannel.model_validate(entry)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise MalformedChannels(f"channel {number}: {where}: {first['msg']}") from None
        if channel.name in found:
            raise MalformedChannels(f"channel {number}: the name {channel.name} is taken")
        found[channel.name] = channel
    return found


def _opened(url: str):  # type: ignore[no-untyped-def]  # noqa: ANN202  (Apprise has no types)
    """Apprise for one URL; None where it knows no such service."""
    import apprise  # noqa: PLC0415  (half a second that an installation without it need not wait)

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it writes addresses into the log
    service = apprise.Apprise()
    return service if service.add(url) else None
