"""A policy as text that people read and write (YAML), and back."""

from __future__ import annotations

import json
from typing import Any

import yaml

# libyaml where it is built in: a whole policy takes milliseconds instead of a second.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Unreadable(Exception):
    """The text is no YAML, or none that a policy may be: the sentence says where."""


def as_text(value: Any) -> str:
    """Short lists and plain parts on one line each, as policies are written by hand."""
    return str(
        yaml.dump(
            value, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=100, default_flow_style=None
        )
    )


def from_text(text: str) -> Any:
    """The document that the text is, as JSON would have it: keys and days are text.

    An anchor that is used again and again makes a small text a boundless document, so there are none.
    """
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=Loader)):
            raise Unreadable("anchors and aliases (& and *) are not taken")
        document = yaml.load(text, Loader=Loader)  # noqa: S506  (a safe loader)
        return json.loads(json.dumps(document, default=str))
    except yaml.YAMLError as error:
        raise Unreadable(" ".join(str(error).split())) from None
    except (RecursionError, TypeError, ValueError) as error:
        raise Unreadable(type(error).__name__) from None
