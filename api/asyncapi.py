"""What Jenjang sends, as an AsyncAPI 3.0 document made from the catalogue of outgoing events."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter

from api.feed import EVENT
from domain.events import EVENT_TYPES
from domain.outgoing import CATALOGUE, PREFIX, TEST, Outgoing
from domain.webhook_events import KINDS
from integrations.standard_webhooks import MEDIA_TYPE

router = APIRouter(tags=["webhooks"])

DESCRIPTION = """Events of personnel cases, sent to the addresses that were subscribed at `/v1/webhooks` (see
`/openapi.json`), in Standard Webhooks form carrying CloudEvents 1.0. The same events are at `/v1/feed`.
At least once: `webhook-id` is the same at every try. In order per `subject`, and across subjects not."""
HEADERS: dict[str, Any] = {
    "type": "object",
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature", "content-type"],
    "properties": {
        "webhook-id": {"type": "string", "description": "The same at every try: know a message by it."},
        "webhook-timestamp": {
            "type": "string",
            "pattern": "^[0-9]+$",
            "description": "Unix seconds of the try.",
        },
        "webhook-signature": {
            "type": "string",
            "description": "`v1,` and HMAC-SHA256 of id.timestamp.body in base64; two during a rotation.",
        },
        "content-type": {"type": "string", "const": MEDIA_TYPE},
    },
}
ENVELOPE: dict[str, Any] = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "format": "uuid"},
    "source": {"type": "string", "format": "uri-reference"},
    "subject": {"type": "string", "description": "The case: events of one come in order."},
    "time": {"type": "string", "format": "date-time"},
    "datacontenttype": {"const": "application/json"},
    "sequence": {"type": "string", "pattern": "^[0-9]{16}$"},
}
ALWAYS: dict[str, Any] = {
    "position": {"type": "integer", "minimum": 0},
    "version": {"type": "integer", "minimum": 1},
    "kind": {"enum": list(KINDS)},
    "href": {"type": "string", "format": "uri-reference"},
}


@router.get("/asyncapi.json", summary="AsyncAPI 3.0 document of what is sent")
def document() -> dict[str, Any]:
    """Open to everybody, as `/openapi.json` is."""
    return asyncapi()


@cache
def asyncapi() -> dict[str, Any]:
    """The document."""
    messages = {_name(told.type): _message(recorded, told) for recorded, told in CATALOGUE.items()}
    messages[_name(TEST)] = _trial()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Jenjang", "version": "1", "description": DESCRIPTION},
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "webhook": {
                "address": None,
                "description": "The address of a subscription.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "sendEvent": {
                "action": "send",
                "channel": {"$ref": "#/channels/webhook"},
                "summary": "An event of a case, by POST; any 2xx says that it has arrived.",
                "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
            }
        },
        "components": {"messages": messages},
    }


def _name(type_: str) -> str:
    return type_.removeprefix(PREFIX)


def _message(recorded: str, told: Outgoing) -> dict[str, Any]:
    schema = EVENT_TYPES[recorded].model_json_schema()
    fields = {name: _plain(schema["properties"][name], schema) for name in told.fields}
    data = {"type": "object", "required": list(ALWAYS), "properties": ALWAYS | fields}
    message: dict[str, Any] = {
        "name": told.type,
        "summary": told.happens,
        "contentType": "application/cloudevents+json",
        "headers": HEADERS,
        "payload": _payload(told.type, ENVELOPE, data),
    }
    if told.type == EVENT["type"]:
        message["examples"] = [{"payload": EVENT}]
    return message


def _trial() -> dict[str, Any]:
    envelope = {name: ENVELOPE[name] for name in ("specversion", "id", "source", "time", "datacontenttype")}
    return {
        "name": TEST,
        "summary": "A message that says nothing, sent to try an address.",
        "contentType": "application/cloudevents+json",
        "headers": HEADERS,
        "payload": _payload(TEST, envelope, {"type": "object"}),
    }


def _payload(type_: str, envelope: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    properties = envelope | {"type": {"const": type_}, "data": data}
    return {"type": "object", "required": list(properties), "properties": properties}


def _plain(field: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A field with its enumeration in place; what is not set is left out, never null."""
    given = next(each for each in field.get("anyOf", [field]) if each.get("type") != "null")
    if "$ref" in given:
        given = schema["$defs"][given["$ref"].rpartition("/")[2]]
    return {name: value for name, value in given.items() if name not in ("title", "default", "description")}
