"""An auditor who trusts nobody: the receipts in people's hands against the ledger, by independent code."""

from __future__ import annotations

import base64
from typing import Any

from tests.journeys import rfc6962
from tests.journeys.client import Client
from tests.journeys.house import House


def audit(client: Client, house: House) -> None:
    """Every receipt, the newest checkpoint, and the consistency of all of them, by independent code."""
    code, verification = house.jenjang("verify")
    assert code == 0, verification
    token = client.token(client.with_role("auditor"))
    _, key, _ = client.call("GET", "/v1/audit/key", token)
    vkey = str(key.get("text") or key.get("vkey") or key.get("key")).strip()
    _, note, _ = client.call("GET", "/v1/audit/checkpoint", token)
    text, _, signatures = note["text"].partition("\n\n")
    rfc6962.check_signature(vkey, text + "\n", signatures.split()[2])
    size, root = int(text.splitlines()[1]), base64.b64decode(text.splitlines()[2])
    for receipt in client.receipts:
        rfc6962.check_receipt(vkey, receipt)
        _included(client, token, receipt, size, root)
        path = f"/v1/audit/proofs/consistency?from={receipt['tree_size']}&to={size}"
        _, proof, _ = client.call("GET", path, token)
        hashes = [bytes.fromhex(item) for item in proof["path"]]
        assert rfc6962.is_consistent(receipt["tree_size"], size, bytes.fromhex(receipt["root"]), root, hashes)


def _included(client: Client, token: str, receipt: dict[str, Any], size: int, root: bytes) -> None:
    path = f"/v1/audit/proofs/inclusion?position={receipt['position']}&tree_size={size}"
    _, proof, _ = client.call("GET", path, token)
    assert proof["leaf_hash"] == receipt["leaf_hash"]
    hashes = [bytes.fromhex(item) for item in proof["path"]]
    leaf_hash = bytes.fromhex(receipt["leaf_hash"])
    assert rfc6962.root_by_inclusion(receipt["position"], size, leaf_hash, hashes) == root
