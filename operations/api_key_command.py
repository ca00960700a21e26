"""`jenjang api-key …`: keys of other programs, their terms, and their end."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the command line is put together without it
    from settings import Settings


def add_verbs(parser: argparse.ArgumentParser, common: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add the verbs to the command's parser."""
    verbs: Any = parser.add_subparsers(dest="verb", required=True, metavar="create|terms|list|revoke")
    create = verbs.add_parser("create", help="a new key; its secret is shown once")
    create.add_argument("--name", required=True)
    create.add_argument("--scope", action="append", required=True, metavar="SCOPE")
    create.add_argument("--sandbox", action="store_true", help="what it asks for is never recorded")
    terms = verbs.add_parser("terms", help="set all terms of a key anew: quota, signing key")
    terms.add_argument("key_id", metavar="KEY_ID")
    terms.add_argument("--requests-per-minute", type=int, metavar="N")
    signing = terms.add_mutually_exclusive_group()
    signing.add_argument("--ed25519", metavar="BASE64", help="the public key that requests are signed by")
    signing.add_argument("--hmac", action="store_true", help="make a secret that requests are signed with")
    terms.add_argument("--require-signature", action="store_true")
    listed = verbs.add_parser("list", help="all keys")
    revoke = verbs.add_parser("revoke", help="end a key at once")
    revoke.add_argument("key_id", metavar="KEY_ID")
    for verb in (create, terms, listed, revoke):
        common(verb)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Carry the verb out; 1 where there is no such key to revoke. Raises Refusal."""
    from installation import Installation

    installation = Installation(settings)
    try:
        code, answer, text = _done(installation, options)
    finally:
        installation.close()
    print(json.dumps(answer, ensure_ascii=False) if options.json else text)
    return code


def _done(installation: Any, options: argparse.Namespace) -> tuple[int, Any, str]:
    from accounts import api_keys

    if options.verb == "create":
        scopes = tuple(options.scope)
        key_id, secret = api_keys.create_key(installation, options.name, scopes, sandbox=options.sandbox)
        answer = {"key_id": key_id, "secret": secret, "scopes": options.scope}
        return 0, answer, f"{secret}\n(key {key_id}; the secret is shown this once)"
    if options.verb == "terms":
        made = api_keys.set_terms(
            installation,
            options.key_id,
            requests_per_minute=options.requests_per_minute,
            algorithm="hmac-sha256" if options.hmac else ("ed25519" if options.ed25519 else None),
            public_key=options.ed25519,
            signature_required=options.require_signature,
        )
        told = f"{made}\n(signs for this key; it is shown this once)" if made else "set"
        return 0, {"key_id": options.key_id, "secret": made}, told
    if options.verb == "list":
        keys = api_keys.list_keys(installation)
        return 0, keys, "\n".join(map(_line, keys))
    revoked = api_keys.revoke_key(installation, options.key_id)
    told = "revoked" if revoked else "there is no such key in force"
    return 0 if revoked else 1, {"revoked": revoked}, told


def _line(key: dict[str, Any]) -> str:
    terms = ["sandbox"] if key["sandbox"] else []
    if key["requests_per_minute"]:
        terms.append(f"{key['requests_per_minute']}/min")
    if key["signature_algorithm"]:
        terms.append(key["signature_algorithm"] + (" required" if key["signature_required"] else ""))
    ended = [f"revoked {key['revoked_at']}"] if key["revoked_at"] else []
    return "  ".join([key["key_id"], key["label"], " ".join(key["scopes"]), *terms, *ended])
