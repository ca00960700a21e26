"""Each of twenty attacks, by each of three attackers, is named: by verify with a checkpoint that somebody
kept or that witnesses cosigned, and by the stand-alone verifier in a process that knows nothing else.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from audit.verify import Verification
from evidence.bundle import VERIFIER
from proofs.errors import LeavesMissing
from tests.audit.siege import POLICY, POWERS, Breach, Camp, pitch, regrown
from tests.audit.twenty_attacks import ATTACKS

# The verifier's file is run as a program for each bundle; nothing of the project is on this process's path.
DRIVER = """
import contextlib, io, json, runpy, sys
main = runpy.run_path(sys.argv[1])["main"]
for bundle in sys.argv[3:]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = main([bundle, "--json", *json.loads(sys.argv[2])])
    print(code, *sorted({finding["code"] for finding in json.loads(said.getvalue())["findings"]}))
"""
UNDER_WAY = ("10 back-dated", "11 row outside the log", "13 unlawful act")
# What names the attack by itself; what the kept and the cosigned note say against it; what the bundle's
# verifier says. `-`: nothing, because the attack does not rewrite what the note is of. `true`: it does not
# touch the case's records, and the bundle holds the true ones. `none`: the program finds leaves missing.
WITH_THE_DATABASE = """
1 bytes edited              leaf-hash-differs       fork      fork           record-not-in-tree
2 edited with its hash      root-differs            fork      fork           record-not-in-tree
3 edited and relinked       root-differs            fork      fork           record-not-in-tree
4 rewritten and signed      checkpoint-not-trusted  fork      fork           checkpoint-not-signed
5 column edited             column-differs          -         -              true
6 read model edited         projection-row-differs  -         -              true
7 middle deleted            root-differs            rollback  fork           none
8 tail cut                  rollback                rollback  rollback       kept-checkpoint-differs
9 old backup                rollback                rollback  rollback       kept-checkpoint-differs
10 back-dated               back-dated              -         -              checkpoint-not-signed
11 row outside the log      checkpoint-missing      -         -              true
12 leaves swapped           root-differs            fork      fork           record-not-in-tree
13 unlawful act             excluded-actor          -         -              checkpoint-not-signed
14 personal value altered   root-differs            fork      fork           record-not-in-tree
15 personal key deleted     sealed-unreadable       -         -              true
16 decree replaced          document-altered        -         -              document-differs
17 clock set back           checkpoint-not-trusted  rollback  clock-differs  checkpoint-not-signed
18 cosignature stripped     checkpoint-missing      -         -              quorum-lacking
19 view and no guards       schema-changed          -         -              true
20 not canonical            not-canonical           fork      fork           record-not-in-tree
"""
# Where the key lets the attacker do more; the others leave the same bytes behind.
WITH_THE_KEY_TOO = """
4 rewritten and signed      illegal-transition      fork      fork           kept-checkpoint-differs
7 middle deleted            illegal-transition      rollback  fork           kept-checkpoint-differs
8 tail cut                  rollback                rollback  rollback       kept-checkpoint-differs
10 back-dated               back-dated              -         -              back-dated
12 leaves swapped           skipped-step            fork      fork           kept-checkpoint-differs
13 unlawful act             excluded-actor          -         -              excluded-actor
14 personal value altered   seal-broken             fork      fork           kept-checkpoint-differs
17 clock set back           clock-differs           rollback  clock-differs  kept-checkpoint-differs
18 cosignature stripped     quorum-lacking          fork      fork           kept-checkpoint-differs
20 not canonical            not-canonical           fork      fork           kept-checkpoint-differs
"""


def rows_of(table: str) -> dict[str, list[str]]:
    rows = [re.split(r" {2,}", line) for line in table.strip().split("\n")]
    return {name: row for name, *row in rows}


DATABASE, KEY = rows_of(WITH_THE_DATABASE), rows_of(WITH_THE_KEY_TOO)
TABLES = {"database": DATABASE, "key": KEY, "backup": DATABASE | KEY}


@pytest.fixture(scope="module")
def camp(tmp_path_factory: pytest.TempPathFactory) -> Camp:
    return pitch(tmp_path_factory.mktemp("camp"))


def test_the_besieged_ledger_is_in_order(camp: Camp) -> None:
    found = camp.verify(camp.folder)
    assert found.ok, found.as_text()
    assert found.witnessed is not None


def test_the_table_is_of_twenty_attacks() -> None:
    assert list(DATABASE) == list(ATTACKS)
    assert len(ATTACKS) == 20


@pytest.mark.parametrize("power", POWERS)
def test_every_attack_is_named(camp: Camp, tmp_path: Path, power: str) -> None:
    ready = regrown(camp, tmp_path) if power == "backup" else camp.database
    found: dict[str, Verification] = {}
    bundles: dict[str, Path] = {}
    for name in TABLES[power]:
        breach = Breach.into(camp, power, tmp_path / name.replace(" ", "-"), ready)
        ATTACKS[name](breach)
        found[name] = camp.verify(breach.folder)
        made = bundle_of(breach, name)
        if made is not None:
            bundles[name] = breach.folder / "case.zip"
            bundles[name].write_bytes(made)
    said = dict(zip(bundles, standalone(camp, tmp_path, list(bundles.values())), strict=True))
    for name, (named, kept, cosigned, alone) in TABLES[power].items():
        codes = {finding.code for finding in found[name].findings}
        notes = [by_note(found[name], size) for size in camp.sizes]
        if power == "backup":  # named by both notes and by the bundle, whatever else was done to it
            assert {*notes} <= {"fork", "rollback"}, name
            assert named in codes or kept != "-", name
            assert "kept-checkpoint-differs" in said[name], name
        else:
            assert named in codes, name
            assert notes == [kept, cosigned], name
            assert verdict(camp, bundles.get(name), name, said.get(name), alone), (name, said.get(name))


def bundle_of(breach: Breach, attack: str) -> bytes | None:
    """The bundle of the case that the attack is about; None where the program finds leaves missing."""
    try:
        return breach.bundle(breach.camp.under_way if attack in UNDER_WAY else breach.camp.case)
    except LeavesMissing:
        return None


def verdict(camp: Camp, bundle: Path | None, attack: str, said: str | None, expected: str) -> bool:
    """Whether the stand-alone verifier said of the bundle what the table says."""
    if bundle is None or said is None:
        return expected == "none"
    if expected != "true":
        return said.startswith("1 ") and expected in said.split()
    true = io.BytesIO(Breach.of(camp).bundle(camp.under_way if attack in UNDER_WAY else camp.case))
    return said == "0" and records_in(bundle) == records_in(true)


def records_in(bundle: Path | io.BytesIO) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith("records/")}


def by_note(found: Verification, size: int) -> str:
    """What a note of that size says against the ledger."""
    codes = ("fork", "rollback", "clock-differs")
    return next((f.code for f in found.findings if f.code in codes and f" {size} " in f.detail), "-")


def standalone(camp: Camp, folder: Path, bundles: list[Path]) -> list[str]:
    """For each bundle the exit code and the codes found, from one bare Python."""
    outside = {"--key": camp.signer.vkey, "--checkpoint": camp.kept, "--witness-policy": POLICY}
    options = []
    for option, text in outside.items():
        file = folder / option.lstrip("-")
        file.write_text(text, encoding="utf-8")
        options += [option, str(file)]
    files = [str(VERIFIER), json.dumps(options), *map(str, bundles)]
    command = [sys.executable, "-I", "-S", "-c", DRIVER, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, cwd="/")
    return done.stdout.splitlines()
