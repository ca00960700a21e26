"""`jenjang key …`: change the log's signing key, or that of what Temporal is told; `docs/operations.md` says
when and whom to tell.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the command line is put together without it
    from settings import Settings


def add_verbs(parser: argparse.ArgumentParser, common: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add the verbs to the command's parser."""
    verbs: Any = parser.add_subparsers(
        dest="verb", required=True, metavar="rotate|retire|replace|rotate-codec"
    )
    common(verbs.add_parser("rotate", help="begin an overlap: a new key signs beside the old one"))
    common(verbs.add_parser("retire", help="end the overlap: the old key signs no more"))
    instead = verbs.add_parser("replace", help="a new key for one that was lost or stolen")
    instead.add_argument("--why", choices=("lost", "stolen"), required=True)
    common(instead)
    common(verbs.add_parser("rotate-codec", help="a new key for what Temporal is told; old ones still open"))


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Carry the verb out; 0 when it is done. Raises Refusal, NotUnderWay, SigningKeyRefused,
    CodecKeysUnsafe.
    """
    from installation import Installation
    from integrations import payload_codec
    from operations import log_keys

    if options.verb == "rotate-codec":
        key_id = payload_codec.rotate(settings.codec_keys).current
        text = "processes close with it once they are started again; the old keys stay, to open what there is"
        print(json.dumps({"done": "rotated", "key": key_id}) if options.json else f"{key_id}\n({text})")
        return 0
    installation = Installation(settings)
    try:
        if options.verb == "rotate":
            change = log_keys.rotate(installation)
            text = "both keys sign now; hand the new one out, then run `jenjang key retire`"
        elif options.verb == "retire":
            change = log_keys.retire(installation)
            text = f"only the new key signs now; keep the private key of {change.previous} from everybody"
        else:
            previous = log_keys.previous_key(installation)
            change = log_keys.replace(installation, options.why, previous)
            text = "only the new key signs now; docs/operations.md says whom to tell and what to compare"
    finally:
        installation.close()
    print(json.dumps(change.as_json()) if options.json else f"{change.key}\n({text})")
    return 0
