"""CloudEvents 1.0 that ask for a personnel action: structured, in headers, or many at once.

CNCF CloudEvents 1.0.2, its JSON event format and its HTTP protocol binding.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from domain.errors import Unlawful
from domain.identity import Actor
from inbound.identified import Identified, identified_as
from inbound.requests import START, Start

REQUESTED = "id.jenjang.personnel_action.requested"
STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
ATTRIBUTE = re.compile(r"[a-z0-9]{1,64}")
PREFIX = "ce-"
Name = Annotated[str, Field(min_length=1, max_length=255)]


class InvalidEvent(Unlawful):
    code = "invalid-event"
    sentence_id = "CloudEvent tidak sesuai bentuknya."
    sentence_en = "The CloudEvent does not have the right form."


class UnknownEventType(Unlawful):
    code = "unknown-event-type"
    sentence_id = "Jenis CloudEvent ini tidak diterima di sini; yang diterima: {what}."
    sentence_en = "CloudEvents of this type are not taken here; taken are: {what}."


class CloudEvent(BaseModel):
    """The attributes that mean something here. Extension attributes are let through and not looked at."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    specversion: Literal["1.0"]
    id: Name
    source: Name
    type: Name
    subject: Name | None = None
    time: AwareDatetime | None = None
    datacontenttype: Annotated[str, Field(max_length=255)] | None = None
    dataschema: Annotated[str, Field(max_length=2048)] | None = None
    data: Any = None
    data_base64: str | None = None

    def request(self) -> Start:
        """What the event asks for. Raises UnknownEventType and InvalidEvent."""
        if self.type != REQUESTED:
            raise UnknownEventType(what=REQUESTED)
        kind = (self.datacontenttype or "application/json").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise _invalid("datacontenttype", "only JSON is read")
        return _validated(self._data())

    def identified(self, actor: Actor) -> Identified:
        """An event is known by its source and id together, for each caller."""
        asked = {"type": self.type, "data": self._data()}
        return identified_as(actor, "event", f"{self.source}\n{self.id}", asked)

    def _data(self) -> Any:
        if self.data_base64 is None:
            return self.data
        if self.data is not None:
            raise _invalid("data_base64", "data is given twice")
        try:
            return orjson.loads(base64.b64decode(self.data_base64, validate=True))
        except (binascii.Error, ValueError):
            raise _invalid("data_base64", "no JSON in base64") from None


def structured(document: Any) -> CloudEvent:
    """The event of a JSON document. Raises InvalidEvent."""
    if not isinstance(document, dict):
        raise _invalid("", "not a JSON object")
    for name in document:
        if name != "data_base64" and ATTRIBUTE.fullmatch(name) is None:
            raise _invalid(name[:64], "attributes are lower-case letters and digits")
    try:
        return CloudEvent.model_validate(document)
    except ValidationError as error:
        raise InvalidEvent(errors=_told(error)) from None


def binary(headers: Iterable[tuple[str, str]], content_type: str, body: bytes) -> CloudEvent:
    """The event whose attributes are `ce-` headers and whose data is the body. Raises InvalidEvent."""
    attributes: dict[str, Any] = {}
    for name, value in headers:
        if name.lower().startswith(PREFIX):
            attribute = name.lower().removeprefix(PREFIX)
            if attribute in attributes or attribute in ("data", "datacontenttype"):
                raise _invalid(attribute[:64], "given twice")
            attributes[attribute] = unquote(value, errors="replace")
    try:
        data = orjson.loads(body) if body else None
    except ValueError:
        raise _invalid("data", "no JSON") from None
    return structured(attributes | {"datacontenttype": content_type, "data": data})


def _validated(data: Any) -> Start:
    try:
        return START.validate_python(data)
    except ValidationError as error:
        raise InvalidEvent(errors=_told(error, "data")) from None


def _told(error: ValidationError, *within: str) -> list[dict[str, str]]:
    return [
        {"field": ".".join(map(str, (*within, *item["loc"]))), "message": item["msg"]}
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    ]


def _invalid(field: str, message: str) -> InvalidEvent:
    return InvalidEvent(errors=[{"field": field, "message": message}])
