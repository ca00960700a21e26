#!/usr/bin/env python3
"""Checks an evidence bundle of Jenjang alone, with Python's standard library: python3 verify_bundle.py FILE.

Options: --key VKEY-OR-FILE (the log's verifier key from outside the bundle; may be repeated, as its keys
change), --checkpoint FILE (a checkpoint kept earlier; may be repeated), --witness-policy FILE (whose
cosignatures are demanded), --json. Exit 0: all holds; 1: something does not; 2: unreadable.

Signatures: Ed25519 (RFC 8032 §5.1.7) on a C2SP signed note, cosignatures and policies of C2SP
tlog-cosignature and tlog-policy. Proofs: RFC 9162 §2.1.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import time
import zipfile
import zlib
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

# --- Ed25519, RFC 8032 -----------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def _add(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(factor: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            found = _add(found, point)
        point, factor = _add(point, point), factor >> 1
    return found


def _point(encoded: bytes) -> Point:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        raise ValueError("not a point")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) over `message` is of `public_key` (32 bytes)."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    try:
        key, r = _point(public_key), _point(signature[:32])
    except ValueError:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % L
    left, right = _times(s, BASE), _add(r, _times(h, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


# --- signed notes and Merkle proofs ----------------------------------------------------------------


def _signatures(note: str, vkey: str, kind: bytes) -> tuple[str, bytes, list[bytes]]:
    """The note's text, the public key in `vkey`, and what that key is said to have signed with."""
    name, key_id, encoded = vkey.strip().split("+", 2)
    typed = base64.b64decode(encoded, validate=True)
    expected = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
    if typed[:1] != kind or expected.hex() != key_id:
        raise ValueError(f"{vkey} is no key of this kind")
    text, _, block = note.rstrip("\n").rpartition("\n\n")
    lines = [line.split(" ") for line in block.split("\n")]
    own = [parts[2] for parts in lines if len(parts) == 3 and parts[:2] == ["\u2014", name]]
    payloads = [base64.b64decode(payload, validate=True) for payload in own]
    return f"{text}\n", typed[1:], [payload[4:] for payload in payloads if payload[:4] == expected]


def _size_and_root(text: str) -> tuple[int, bytes]:
    lines = text.split("\n")
    return int(lines[1]), base64.b64decode(lines[2], validate=True)


def head_of(note: str, vkeys: list[str]) -> tuple[int, bytes] | None:
    """Size and root of a checkpoint that one of the log's keys signed; None where none did."""
    for vkey in vkeys:
        text, key, found = _signatures(note, vkey, b"\x01")
        if text.startswith(f"{vkey.partition('+')[0]}\n") and any(
            signed(key, text.encode(), s) for s in found
        ):
            return _size_and_root(text)
    return None


def cosigned_at(note: str, vkey: str) -> int | None:
    """When that witness cosigned the note, in seconds since 1970; None where it did not."""
    text, key, found = _signatures(note, vkey, b"\x04")
    for signature in found:
        at = int.from_bytes(signature[:8], "big")
        if signed(key, b"cosignature/v1\ntime %d\n%s" % (at, text.encode()), signature[8:]):
            return at
    return None


class Policy:
    """Witnesses and quorum of a file in C2SP's tlog-policy format. Raises ValueError."""

    def __init__(self, text: str) -> None:
        self.witnesses: dict[str, str] = {}
        self.groups: dict[str, tuple[int, list[str]]] = {"none": (0, [])}
        self.quorum = ""
        for line in text.split("\n"):
            words = line.split()
            match words:
                case ["witness", name, vkey] | ["witness", name, vkey, _]:
                    self.witnesses[name] = vkey
                case ["group", name, least, *members] if {*members} <= {*self.witnesses, *self.groups}:
                    enough = {"all": len(members), "any": 1}.get(least) or int(least)
                    if not 1 <= enough <= len({*members} - {"none"}):
                        raise ValueError(line)
                    self.groups[name] = (enough, members)
                case ["quorum", name] if name in {*self.witnesses, *self.groups}:
                    self.quorum = name
                case _ if words and words[0] != "log" and not words[0].startswith("#"):
                    raise ValueError(line)
        if not self.quorum:
            raise ValueError("the policy has no quorum line")

    def reached(self, seen: set[str], name: str = "") -> bool:
        """Whether these witnesses are a quorum."""
        name = name or self.quorum
        if name in self.witnesses:
            return name in seen
        enough, members = self.groups[name]
        return sum(self.reached(seen, member) for member in members) >= enough


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Whether `leaf` stands at `index` in the tree of `size` and `root` (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or len(root) != 32:
        return False
    here, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = _node(sibling, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = _node(found, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def continued(old: int, new: int, path: list[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the tree of `old` leaves is the beginning of that of `new` (RFC 9162 §2.1.4.2)."""
    if not 0 < old <= new or (len(old_root), len(new_root)) != (32, 32):
        return False
    if old == new:
        return not path and old_root == new_root
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    hashes = list(path) if here else [old_root, *path]
    if not hashes:
        return False
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = _node(sibling, first), _node(sibling, second)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            second = _node(second, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


# --- the query ---------------------------------------------------------------------------------------

# The readable fields of a record by whose values its words are found.
SEARCHED = [
    *("step", "office", "outcome", "variant", "rule", "number", "target_position_id", "origin_position_id"),
    *("position_id", "unit_id", "subject_id", "person_id", "delegate_id", "capacity", "to_office", "what"),
    *("document_type", "authority", "vote"),
]


def matches(query: dict[str, Any], record: dict[str, Any]) -> bool:
    """Whether the record answers the query; where it lies in time apart."""
    asked = {"actor": record["actor"]["id"], "type": record["type"], "stream": record["stream"]}
    if any(query[name] not in (None, value) for name, value in asked.items()):
        return False
    data = record["data"]
    values = [data.get(name) for name in SEARCHED] + [(data.get("signature") or {}).get("office")]
    spoke = [item["rule"] for item in data.get("outcomes") or [] if item["outcome"] in ("fail", "unknown")]
    values += [*spoke, *(data.get("rules") or [])]
    known = {value.casefold() for value in values if isinstance(value, str)}
    words = [word.casefold() for word in re.findall(r"[^\s,;]+", query["words"] or "")]
    return all(
        any(value.startswith(word[:-1]) for value in known)
        if word.endswith("*") and len(word) > 1
        else word in known
        for word in words
    )


# --- the bundle --------------------------------------------------------------------------------------

SENTENCES = {
    "file-altered": ("Berkas tidak sama dengan daftar isi.", "A file is not what the manifest says."),
    "file-missing": ("Berkas dalam daftar isi tidak ada.", "A file of the manifest is missing."),
    "file-unlisted": ("Ada berkas di luar daftar isi.", "A file is not in the manifest."),
    "checkpoint-not-signed": ("Checkpoint tidak ditandatangani kunci log.", "The log's key did not sign it."),
    "key-differs": (
        "Kunci bundel bukan kunci yang Anda berikan.",
        "The bundle's key is not the one you gave.",
    ),
    "record-not-in-tree": ("Rekaman tidak ada di log itu.", "A record is not in the signed log."),
    "record-missing": ("Rekaman yang harus ada hilang.", "A record that has to be here is missing."),
    "record-not-matching": (
        "Jawaban tidak cocok dengan pertanyaan, atau jawaban yang cocok disembunyikan.",
        "What is told as an answer does not fit the query, or one that fits is not told.",
    ),
    "window-not-proven": (
        "Batas waktu pertanyaan tidak terbukti.",
        "Where the time asked about begins and ends is not proven.",
    ),
    "back-dated": ("Waktu rekaman mundur.", "The time of records goes backwards."),
    "not-consistent": (
        "Log yang baru bukan kelanjutan dari checkpoint yang disebut.",
        "The log does not continue the named checkpoint.",
    ),
    "kept-checkpoint-differs": (
        "Checkpoint yang Anda simpan bertentangan dengan bundel ini.",
        "The checkpoint that you kept contradicts this bundle.",
    ),
    "excluded-actor": (
        "Tugas diputus oleh orang yang dikecualikan saat tugas dibuka.",
        "A task was decided by somebody whom its opening keeps out.",
    ),
    "skipped-step": (
        "Diputus tanpa tugas yang dibuka untuk itu.",
        "Decided without a task that was opened for it.",
    ),
    "policy-differs": (
        "Teks kebijakan bukan yang dipakai perkara ini.",
        "The policy's text is not the one that the case rests on.",
    ),
    "fact-sheet-differs": (
        "Lembar fakta bukan yang dinilai.",
        "A fact sheet is not the one that was judged.",
    ),
    "document-differs": ("Isi dokumen bukan yang tercatat.", "A document is not the recorded one."),
    "quorum-lacking": (
        "Saksi yang Anda syaratkan tidak menandatangani checkpoint bundel ini.",
        "The witnesses that you demand have not cosigned the bundle's checkpoint.",
    ),
}


def _pairs(text: str) -> list[tuple[str, str]]:
    """Sentences by twos, Indonesian and English."""
    lines = text.strip().split("\n")
    return list(zip(lines[::2], lines[1::2], strict=True))


PROVEN = _pairs("""
Setiap rekaman di bundel ini ada, byte demi byte, di log yang akarnya ditandatangani.
Every record here stands, byte for byte, in the log whose root was signed.
Teks kebijakan, lembar fakta dan dokumen yang disertakan adalah yang dicatat.
The policy texts, fact sheets and documents included are the recorded ones.
""")
NOT_PROVEN = _pairs("""
Bahwa isi rekaman benar: yang terbukti hanya bahwa itu dicatat dan tidak diubah.
That what was recorded is true: only that it was recorded and not changed.
Bahwa keputusan itu sah: untuk itu `jenjang verify` memeriksa seluruh log.
That the decisions were lawful: `jenjang verify` judges that over the whole log.
Bahwa tidak ada rekaman sesudah rekaman terakhir di bundel ini.
That nothing was recorded after the last record given here.
Isi data pribadi yang disegel, kecuali lembar fakta yang disertakan.
What the sealed personal data say, except in the fact sheets included.
""")
ERASED, KEY_NOT_PROVEN, NO_OLDER, WITNESSED, NOT_WITNESSED, AFTER_WITNESSES, STAMPED = _pairs("""
Log mencatat penghapusan data pribadi {} pada {} atas dasar {} (posisi {}).
The log records that the personal data of {} were erased at {} on the ground {} (position {}).
Bahwa kunci itu milik instansi: bandingkan dengan kunci dari luar (--key).
That the key is the agency's: compare it with one from outside (--key).
Bahwa log tidak ditulis ulang seluruhnya oleh pemegang kunci: berikan checkpoint lama (--checkpoint).
That whoever holds the key did not rewrite the whole log: give an older checkpoint (--checkpoint).
Sampai {} rekaman pertama log ini disaksikan {}: log yang sama, tak pernah ditulis ulang.
The first {} records of this log were witnessed by {}: they saw the same log, never rewritten.
Bahwa saksi di luar instansi melihat log yang sama: berikan kebijakan saksi (--witness-policy).
That witnesses outside the agency saw the same log: give a witness policy (--witness-policy).
Rekaman di bundel ini pada posisi {} atau sesudahnya belum disaksikan.
The records given here at position {} or later were not witnessed yet.
Stempel waktu dalam bundel: periksa dengan perintah openssl di README.txt.
The timestamp in the bundle: check it with the openssl command in README.txt.
""")
WHOLE_CASES, ANSWERS, ALL_ANSWERS, ALL_OF_STREAM, NOT_ALL_ANSWERS = _pairs("""
Dari {} perkara utuh tidak ada rekaman yang dihapus atau disisipkan di antara rekaman yang disertakan.
Of {} whole cases no record was removed or inserted between the records given here.
{} rekaman cocok dengan pertanyaan {} dan berada dalam jangka posisi {} sampai {}.
{} records fit the query {} and lie in the range of positions from {} to {}.
Itu semua jawaban dalam jangka itu: seluruh rekaman jangka itu disertakan dan diperiksa.
These are all the answers in that range: every record of it is here and was looked at.
Itu semua rekaman alur itu dari versi {} sampai {}: nomor versinya berurutan.
These are all the records of that stream from version {} to {}: its versions follow each other.
Bahwa jawaban lengkap: jangka itu berisi {} rekaman; bahwa yang lain tidak cocok hanya kata instansi.
That the answers are all: the range has {} records; that the others do not fit is the agency's word alone.
""")

LARGEST, MOST, LONGEST = 2**30, 50, 2000  # bytes unpacked; findings told of each code, characters of each
# What a file that is no bundle, or not one of this form, may raise.
BROKEN = (OSError, zipfile.BadZipFile, zlib.error, LookupError, ValueError, TypeError, RuntimeError)


class Bundle:
    """The bundle's files in memory, each checked once; `findings` are `(code, what)`."""

    def __init__(self, path: Path) -> None:
        self.findings: list[tuple[str, str]] = []
        self.counted: Counter[str] = Counter()
        self.witnessed: tuple[int, list[str]] | None = None
        self.erased: list[tuple[str, str, str, int]] = []
        self.last = 0
        self.versions: tuple[int, int] | None = None
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise ValueError(f"it unpacks to more than {LARGEST} bytes")
            if {entry.compress_type for entry in archive.infolist()} - {
                zipfile.ZIP_STORED,
                zipfile.ZIP_DEFLATED,
            }:
                raise ValueError("it is packed in a way that no bundle is")
            self.files = {name: archive.read(name) for name in names}
        self.manifest: dict[str, Any] = json.loads(self.files["manifest.json"])
        listed: dict[str, str] = self.manifest["files"]
        for name in sorted(name for name, times in Counter(names).items() if times > 1):
            self.find("file-altered", f"{name} twice")
        for name in sorted({*listed} ^ ({*self.files} - {"manifest.json"})):
            self.find("file-missing" if name in listed else "file-unlisted", name)
        for name, digest in listed.items():
            if name in self.files and hashlib.sha256(self.files[name]).hexdigest() != digest:
                self.find("file-altered", name)

    def find(self, code: str, what: str) -> None:
        """Keep the first fifty of each code; count the others."""
        self.counted[code] += 1
        if self.counted[code] <= MOST:
            self.findings.append((code, _shown(what)))

    def uncounted(self) -> list[tuple[str, str]]:
        """What was found and is not told one by one."""
        return [(code, f"+ {n - MOST}") for code, n in sorted(self.counted.items()) if n > MOST]

    def check(self, outer_keys: list[str], kept: list[str], policy: Policy | None) -> None:
        vkeys = self.files["log.vkey"].decode().split()
        if outer_keys and not {*outer_keys} & {*vkeys}:
            self.find("key-differs", " ".join(vkeys))
        trusted = outer_keys or vkeys
        head = head_of(self.files["checkpoint.note"].decode(), trusted)
        if head is None:
            self.find("checkpoint-not-signed", "checkpoint.note")
            return
        proofs = json.loads(self.files["proofs.json"])
        records = self._records(proofs["inclusion"], head)
        self.last = max(records, default=0)
        self.erased = [
            (record["data"]["person_id"], record["recorded_at"], record["data"]["ground"], position)
            for position, record in sorted(records.items())
            if record["type"] in ("PersonErased", "ErasureReinstated")
        ]
        for action_id, versions in self.manifest["cases"].items():
            stream = f"personnel-action/{action_id}"
            self._check_case(stream, versions, records)
            self._check_tasks(stream, records)
        self._check_time(records)
        if self.query is not None:
            self._check_query(self.query, records, head[0])
        heads = self._check_consistency(proofs, head)
        self._check_kept(heads, trusted, kept)
        self._check_witnesses(heads, policy)
        self._check_policies(records)
        self._check_attachments(records)

    def _records(self, proofs: list[dict[str, Any]], head: tuple[int, bytes]) -> dict[int, dict[str, Any]]:
        """The records that are in the tree, by position; the others are findings."""
        paths = {proof["position"]: [bytes.fromhex(node) for node in proof["path"]] for proof in proofs}
        found: dict[int, dict[str, Any]] = {}
        for name in sorted(name for name in self.files if name.startswith("records/")):
            leaf = hashlib.sha256(b"\x00" + self.files[name]).digest()
            document = json.loads(self.files[name])
            position = document["position"]
            if included(leaf, position, head[0], paths.get(position, []), head[1]):
                found[position] = document
            else:
                self.find("record-not-in-tree", f"{name} (position {position})")
        return found

    def _check_case(self, stream: str, told: int, records: dict[int, dict[str, Any]]) -> None:
        versions = {record["version"] for record in records.values() if record["stream"] == stream}
        if not versions:
            self.find("record-missing", f"all of {stream}")
        for version in _lacking(1, max(told, *versions, 0) + 1, versions):
            self.find("record-missing", f"version {version} of {stream}")

    def _check_tasks(self, stream: str, records: dict[int, dict[str, Any]]) -> None:
        """Each decision of a case answers a task that was opened, by nobody whom its opening keeps out."""
        kept_out: dict[str, list[str]] = {}
        for position, record in sorted(records.items()):
            task, data = record["data"].get("task_id"), record["data"]
            if record["stream"] != stream or record["type"] not in ("TaskOpened", "TaskCompleted"):
                continue
            if record["type"] == "TaskOpened":
                kept_out[task] = data.get("excluded", [])
            elif task not in kept_out:
                self.find("skipped-step", f"{data['step']} (position {position})")
            elif {record["actor"]["id"], (data.get("signature") or {}).get("on_behalf_of")} & {
                *kept_out[task]
            }:
                self.find("excluded-actor", f"{data['step']} (position {position})")

    def _check_time(self, records: dict[int, dict[str, Any]]) -> None:
        times = [records[position]["recorded_at"] for position in sorted(records)]
        if times != sorted(times):
            self.find("back-dated", "the records in the order of their positions")

    @property
    def query(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.manifest["query"]
        return found

    def _check_query(self, query: dict[str, Any], records: dict[int, dict[str, Any]], size: int) -> None:
        """What is told as an answer is one, and the window of positions is that of the time asked about."""
        (first, last), told = query["window"], {*query["matched"]}
        earliest, latest = query["from"] or "", query["to"] or "~"
        at = {position: record["recorded_at"] for position, record in records.items()}
        begins = first == 0 or at.get(first - 1, "~") < earliest
        ends = last == size or at.get(last, "") >= latest
        if not (0 <= first <= last <= size and begins and ends):
            self.find("window-not-proven", f"positions {first} to {last - 1}")
        for position in sorted(told - {*records}):
            self.find("record-missing", f"the answer at position {position}")
        fitting = {p for p, r in records.items() if first <= p < last and matches(query, r)}
        wrong = (told & {*records}) - {p for p in fitting if earliest <= at[p] < latest}
        if query["exhaustive"]:
            for position in _lacking(first, min(last, size), {*records}):
                self.find("record-missing", f"position {position} of the range")
            wrong |= fitting - told
        for position in sorted(wrong):
            self.find("record-not-matching", f"position {position}")
        if query["stream"] and not (query["actor"] or query["type"] or query["words"]):
            versions = [records[position]["version"] for position in sorted(told & {*records})]
            if versions != [*range(min(versions, default=0), min(versions, default=0) + len(versions))]:
                self.find("record-missing", f"a version of {query['stream']}")
            self.versions = (versions[0], versions[-1]) if versions else None

    def _check_consistency(self, proofs: dict[str, Any], head: tuple[int, bytes]) -> dict[int, bytes]:
        """The trees that the newest checkpoint continues: itself, the named one, the cosigned one."""
        heads = {head[0]: head[1]}
        for proof in (proofs["consistency"], proofs.get("cosigned")):
            if proof is None:
                continue
            old = (proof["size"], bytes.fromhex(proof["root"]))
            path = [bytes.fromhex(node) for node in proof["path"]]
            if continued(old[0], head[0], path, old[1], head[1]):
                heads.setdefault(*old)
            else:
                self.find("not-consistent", f"size {old[0]}")
        return heads

    def _check_witnesses(self, heads: dict[int, bytes], policy: Policy | None) -> None:
        """The cosigned checkpoint is of this log, and of the demanded witnesses."""
        note = self.files.get("cosigned.note", b"").decode()
        seen: dict[str, int] = {}
        if note:
            size, root = _size_and_root(note)
            if heads.get(size) != root:
                self.find("not-consistent", f"the cosigned checkpoint of size {size}")
            elif policy is not None:
                cosigned = {name: cosigned_at(note, vkey) for name, vkey in policy.witnesses.items()}
                seen = {name: at for name, at in cosigned.items() if at is not None}
                days = {name: time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seen[name])) for name in seen}
                self.witnessed = (size, [f"{name} ({day})" for name, day in days.items()])
        if policy is not None and not policy.reached({*seen}):
            lacking = ", ".join(name for name in policy.witnesses if name not in seen)
            self.find("quorum-lacking", f"cosigned by {len(seen)}; lacking: {lacking}")

    def _check_kept(self, heads: dict[int, bytes], vkeys: list[str], kept: list[str]) -> None:
        """What the reader kept, against the trees that are proven."""
        for note in kept:
            own = head_of(note, vkeys)
            if own is None:
                self.find("kept-checkpoint-differs", "it is not signed by the log's key")
            elif own[0] not in heads:
                self.find("kept-checkpoint-differs", f"the bundle has no proof from size {own[0]}")
            elif heads[own[0]] != own[1]:
                self.find("kept-checkpoint-differs", f"size {own[0]} has another root")

    def _check_policies(self, records: dict[int, dict[str, Any]]) -> None:
        texts = [record["data"] for record in records.values() if record["type"] == "PolicyAdopted"]
        adopted = {data["hash"]: data["document"] for data in texts}
        for position, record in records.items():
            wanted = record["data"].get("policy_hash")
            if wanted is None:
                continue
            text = self.files.get(f"policies/{wanted}.json")
            if text is None or hashlib.sha256(text).hexdigest() != wanted:
                self.find("policy-differs", f"position {position}")
            elif adopted.get(wanted) != json.loads(text):
                self.find("policy-differs", f"{wanted} was not adopted with this text")

    def _check_attachments(self, records: dict[int, dict[str, Any]]) -> None:
        for name, content in sorted(self.files.items()):
            folder, _, key = name.partition("/")
            if folder == "facts":
                record = records.get(int(key.removesuffix(".json")), {"data": {}})
                if hashlib.sha256(content).hexdigest() != record["data"].get("fact_sheet_hash"):
                    self.find("fact-sheet-differs", name)
            elif folder == "documents":
                filed = {r["data"].get("sha256") for r in records.values() if r["type"] == "DocumentFiled"}
                if hashlib.sha256(content).hexdigest() != key or key not in filed:
                    self.find("document-differs", name)


def _lacking(first: int, end: int, here: set[int]) -> list[int]:
    """The first hundred that lack; the bounds are the bundle's word, and may be enormous."""
    return list(islice((number for number in range(first, end) if number not in here), 100))


def _shown(text: str) -> str:
    """What a bundle says, at no great length, unable to move the cursor, begin a line or fail to print."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text[:LONGEST])


def _filled(sentences: tuple[str, str], *values: object) -> tuple[str, str]:
    shown = [_shown(str(value)) for value in values]
    return sentences[0].format(*shown), sentences[1].format(*shown)


def proven(bundle: Bundle) -> list[tuple[str, str]]:
    """What holds, as (Indonesian, English)."""
    told, query = [*PROVEN, *(_filled(ERASED, *one) for one in bundle.erased[:MOST])], bundle.query
    if bundle.manifest["cases"]:
        told.append(_filled(WHOLE_CASES, len(bundle.manifest["cases"])))
    if query is not None:
        asked = {name: query[name] for name in ("actor", "type", "stream", "from", "to", "words")}
        text = json.dumps({name: value for name, value in asked.items() if value}, ensure_ascii=False)
        first, last = query["window"]
        told.append(_filled(ANSWERS, len(query["matched"]), text, first, last - 1))
        if query["exhaustive"]:
            told.append(ALL_ANSWERS)
        elif bundle.versions is not None:
            told.append(_filled(ALL_OF_STREAM, *bundle.versions))
    if bundle.witnessed is not None and bundle.witnessed[1]:
        told.append(_filled(WITNESSED, bundle.witnessed[0], ", ".join(bundle.witnessed[1])))
    return told


def unproven(bundle: Bundle, *, keyed: bool, kept: bool) -> list[tuple[str, str]]:
    """What this check leaves open, as (Indonesian, English)."""
    size, query = bundle.witnessed[0] if bundle.witnessed else None, bundle.query
    counted = query is not None and not query["exhaustive"]
    return [
        *NOT_PROVEN,
        *((_filled(NOT_ALL_ANSWERS, query["window"][1] - query["window"][0]),) if query and counted else ()),
        *(() if keyed else (KEY_NOT_PROVEN,)),
        *(() if kept or size is not None else (NO_OLDER,)),
        *((NOT_WITNESSED,) if size is None else ()),
        *((_filled(AFTER_WITNESSES, size),) if size is not None and bundle.last >= size else ()),
        *((STAMPED,) if "timestamp.tsr" in bundle.files else ()),
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", action="append", default=[], help="verifier key, or a file with it")
    parser.add_argument("--witness-policy", type=Path, help="whose cosignatures are demanded")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="a kept checkpoint")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        texts = [Path(k).read_text(encoding="utf-8") if Path(k).is_file() else k for k in options.key]
        keys = [vkey for text in texts for vkey in text.split()]
        demanded = options.witness_policy
        policy = Policy(demanded.read_text(encoding="utf-8")) if demanded is not None else None
        kept = [file.read_text(encoding="utf-8") for file in options.checkpoint]
        bundle = Bundle(options.bundle)
        bundle.check(keys, kept, policy)
    except (*BROKEN, AttributeError) as error:
        print(_shown(f"tidak terbaca / unreadable: {type(error).__name__}: {error}"), file=sys.stderr)
        return 2
    told = [(code, what, *SENTENCES[code]) for code, what in bundle.findings + bundle.uncounted()]
    open_ = unproven(bundle, keyed=bool(keys), kept=bool(kept))
    if options.json:
        findings = [{"code": code, "detail": what, "id": id_, "en": en} for code, what, id_, en in told]
        answer = {"ok": not told, "findings": findings, "not_proven": open_, "witnessed": bundle.witnessed}
        print(json.dumps(answer, ensure_ascii=False))
        return 1 if told else 0
    for code, what, indonesian, english in told:
        print(f"✗ {code}: {what}\n    {indonesian}\n    {english}")
    if not told:
        _print("TERBUKTI / PROVEN", proven(bundle))
    _print("TIDAK TERBUKTI / NOT PROVEN", open_)
    return 1 if told else 0


def _print(title: str, sentences: list[tuple[str, str]]) -> None:
    print(title, *(f"  - {indonesian}\n    {english}" for indonesian, english in sentences), sep="\n")


if __name__ == "__main__":
    sys.exit(main())
