#!/usr/bin/env python3
"""The command line: `jenjang …`. Each command imports what it needs and answers with an exit code.

0 well, 1 the thing asked about is wrong, 2 it could not be done (one clear line, no traceback).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:  # a witness knows neither settings nor database
    from settings import Settings

WELL, WRONG, IMPOSSIBLE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(level="WARNING", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = None if options.needs_no_settings else _settings(options)
        command: Callable[[argparse.Namespace, Settings | None], int] = options.command
        return command(options, settings)
    except KeyboardInterrupt:
        return IMPOSSIBLE
    except BrokenPipeError:
        sys.stderr.close()
        return IMPOSSIBLE
    except Exception as error:
        if options.debug:
            raise
        print(f"jenjang: {_one_line(error)}", file=sys.stderr)
        return IMPOSSIBLE


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 300 else text[:297] + "..."


def _settings(options: argparse.Namespace) -> Settings:
    from settings import Settings

    given: dict[str, Any] = {}
    for name in ("data", "host", "port", "database_url"):
        value = getattr(options, name, None)
        if value is not None:
            given[name] = value
    return Settings(**given)


# --- commands ------------------------------------------------------------------------------------


def up(options: argparse.Namespace, settings: Settings) -> int:
    from operations.supervisor import run_everything

    return run_everything(
        settings, people=options.people, demo=not options.no_demo, siasn_emulator=options.siasn_emulator
    )


def migrate(_: argparse.Namespace, settings: Settings) -> int:
    from installation import Installation

    installation = Installation(settings)
    try:
        left = installation.set_up()
    finally:
        installation.close()
    print("database, keys, calendar and policy are in place")
    for policy_id in left:
        print(f"policy {policy_id} is not adopted: one official proposes it, another adopts it (docs/api.md)")
    return WELL


def api(_: argparse.Namespace, settings: Settings) -> int:
    from operations.serve import serve

    return serve(settings)


def worker(_: argparse.Namespace, settings: Settings) -> int:
    from worker import run

    return run(settings)


def demo_logins(options: argparse.Namespace, settings: Settings) -> int:
    from dataclasses import asdict

    from demo.logins import read_logins

    try:
        logins = read_logins(settings.data)
    except FileNotFoundError:
        print(f"jenjang: there is no demo in {settings.data}: run `jenjang up` first", file=sys.stderr)
        return IMPOSSIBLE
    if options.json:
        print(json.dumps([asdict(login) for login in logins], ensure_ascii=False))
        return WELL
    for login in logins:
        print(f"{login.nip}  {login.password}  {login.name}  [{', '.join(login.roles)}]  {login.unit}")
    return WELL


def import_(options: argparse.Namespace, settings: Settings) -> int:
    from enrolment.document_import import import_documents
    from enrolment.roster_import import Terms, import_roster
    from enrolment.talent_import import import_talent
    from installation import Installation

    if not options.file.is_file():
        print(f"jenjang: there is no file {options.file}", file=sys.stderr)
        return IMPOSSIBLE
    installation = Installation(settings)
    try:
        installation.set_up()
        terms = Terms(dry_run=options.dry_run, partial=options.partial)
        if options.kind == "documents":
            report = import_documents(installation, options.file, terms)
        else:
            importer: Callable[..., Any] = import_talent if options.kind in ("skp", "cact") else import_roster
            report = importer(installation, options.kind, options.file, terms)
    finally:
        installation.close()
    print(json.dumps(report.as_json(), ensure_ascii=False) if options.json else report.as_text())
    return WRONG if report.errors and not options.partial else WELL


def place_talent(options: argparse.Namespace, settings: Settings) -> int:
    from enrolment.talent_import import place_everybody
    from installation import Installation

    installation = Installation(settings)
    try:
        people, moved = place_everybody(installation)
    finally:
        installation.close()
    answer = {"people": people, "placed": moved}
    print(json.dumps(answer) if options.json else f"{people:,} people looked at, {moved:,} placed anew")
    return WELL


def verify(options: argparse.Namespace, settings: Settings) -> int:
    from installation import has_document_folder
    from operations.verification import verify_installation

    # A database from elsewhere comes without its documents, unless a store is named or lies in DATA.
    elsewhere = options.database_url is not None and settings.s3_bucket is None
    documents = not options.without_documents and not (elsewhere and not has_document_folder(settings))
    verification = verify_installation(
        settings,
        checkpoints=options.checkpoint,
        keys=options.key,
        documents=documents,
        witness_policy=options.witness_policy,
        ask_witnesses=options.ask_witnesses,
        timestamp_certificate=options.timestamp_certificate,
        processes=options.processes,
    )
    if options.json:
        print(json.dumps(verification.as_json(), ensure_ascii=False))
    else:
        print(verification.as_text())
    return WELL if verification.ok else WRONG


def doctor(options: argparse.Namespace, settings: Settings) -> int:
    from operations.doctor import run as examine

    diagnosis = examine(settings, repair=options.repair)
    print(json.dumps(diagnosis.as_json(), ensure_ascii=False) if options.json else diagnosis.as_text())
    return WELL if diagnosis.ok else WRONG


def rebuild(options: argparse.Namespace, settings: Settings) -> int:
    from operations.verification import rebuild_projections

    rebuilt = rebuild_projections(settings, options.names)
    if options.json:
        rows = [{"name": name, "same": same, "rows": count} for name, same, count in rebuilt]
        print(json.dumps(rows))
    else:
        for name, same, count in rebuilt:
            print(f"{name}: {count:,} rows, {'the same as before' if same else 'DIFFERENT from before'}")
    return WELL if all(same for _, same, _ in rebuilt) else WRONG


def conformance(options: argparse.Namespace, settings: Settings) -> int:
    from installation import Installation
    from mining.conformance import compare

    installation = Installation(settings)
    try:
        found = compare(installation.reader.engine)
    finally:
        installation.close()
    print(json.dumps(found.as_json(), ensure_ascii=False) if options.json else found.as_text())
    return WELL if found.ok else WRONG


def audit_key(_: argparse.Namespace, settings: Settings) -> int:
    from installation import Installation

    installation = Installation(settings)
    try:
        vkeys = installation.vkeys
    finally:
        installation.close()
    for vkey in reversed(vkeys):
        print(vkey)
    return WELL


def policy(options: argparse.Namespace, settings: Settings) -> int:
    from operations.policy_check import check_file

    if options.verb == "simulate":
        from operations.policy_simulation import simulate_file

        days = (options.first, options.last)
        simulate_file(settings, options.file, days, as_json=options.json, tell=print, purpose=options.purpose)
        return WELL
    named, found = check_file(settings, options.file)
    ok = not any(finding.severity == "error" for finding in found)
    if options.json:
        rows = [finding.model_dump() for finding in found]
        print(json.dumps({"ok": ok, "policy": named, "findings": rows}, ensure_ascii=False))
    else:
        lines = [f"{finding.severity} {finding.code} {finding.where}: {finding.detail}" for finding in found]
        print("\n".join([*lines, "the policy is sound" if ok else "the policy is NOT sound"]))
    return WELL if ok else WRONG


def account(options: argparse.Namespace, settings: Settings) -> int:
    from installation import Installation
    from operations.accounts import grant_role, issue_account, withdraw_role

    installation = Installation(settings)
    try:
        if options.verb == "issue":
            password = issue_account(installation, options.nip)
            answer: dict[str, Any] = {"nip": options.nip, "password": password, "must_change": True}
            text = f"{password}\n(first password of {options.nip}; it has to be changed at sign-in)"
        else:
            change = grant_role if options.verb == "grant" else withdraw_role
            changed = change(installation, options.nip, options.role)
            answer = {"nip": options.nip, "role": options.role, "changed": changed}
            text = "done" if changed else "nothing to change"
    finally:
        installation.close()
    print(json.dumps(answer) if options.json else text)
    return WELL


# --- the parser ----------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:  # noqa: PLR0915  (the whole command line on one page)
    from operations import (
        api_key_command,
        bundle_command,
        export_command,
        key_command,
        person_command,
        siasn_command,
    )
    from witness import command as witness_command

    parser = argparse.ArgumentParser(prog="jenjang", description=__doc__, allow_abbrev=False)
    parser.set_defaults(needs_no_settings=False)
    parser.add_argument("--debug", action="store_true", help="show a traceback when something fails")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, action: Any, text: str, *, reports: bool = False) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        added.set_defaults(command=action)
        added.add_argument("--data", type=Path, metavar="DIR", help="data folder (default ./var)")
        if reports:
            added.add_argument("--json", action="store_true", help="answer in JSON")
        return added

    start = command("up", up, "start everything, from nothing if need be")
    start.add_argument("--port", type=int, help="port of API and pages (default 8000)")
    start.add_argument("--people", type=int, default=9000, metavar="N", help="size of the synthetic agency")
    start.add_argument("--no-demo", action="store_true", help="start without the synthetic agency")
    start.add_argument("--siasn-emulator", action="store_true", help="write back to an emulated SIASN")

    command("migrate", migrate, "bring database, keys, calendar and policy to this version")
    served = command("api", api, "serve the API")
    served.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    served.add_argument("--port", type=int, help="port to listen on (default 8000)")
    command("worker", worker, "run workflows, activities and the relay")
    command("demo-logins", demo_logins, "logins of the synthetic agency", reports=True)

    read = command("import", import_, "import from CSV or XLSX", reports=True)
    read.add_argument("kind", choices=("units", "positions", "employees", "skp", "cact", "documents"))
    read.add_argument("file", type=Path, metavar="FILE")
    read.add_argument("--dry-run", action="store_true", help="report only")
    read.add_argument("--partial", action="store_true", help="import the good rows although others are not")

    command("place-talent", place_talent, "place everybody in the nine boxes as of today", reports=True)
    check = command(
        "verify", verify, "prove that nothing was changed, removed, skipped or back-dated", reports=True
    )
    check.add_argument(
        "--db", dest="database_url", metavar="URL", help="database to verify instead of DATA's"
    )
    check.add_argument(
        "--checkpoint",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a kept checkpoint or receipt",
    )
    check.add_argument(
        "--key", type=Path, action="append", default=[], metavar="FILE", help="a trusted verifier key"
    )
    check.add_argument("--without-documents", action="store_true", help="leave the stored documents unread")
    check.add_argument(
        "--witness-policy",
        type=Path,
        metavar="FILE",
        help="require cosignatures by its quorum (C2SP tlog-policy)",
    )
    check.add_argument(
        "--ask-witnesses", action="store_true", help="compare with what its witnesses cosigned last"
    )
    check.add_argument(
        "--timestamp-certificate", type=Path, metavar="FILE", help="root of the timestamp authority (PEM)"
    )
    check.add_argument(
        "--processes", type=int, choices=(1, 2), help="2: one judges the laws (default: by the ledger's size)"
    )

    health = command("doctor", doctor, "what is stuck, on whom, since when", reports=True)
    health.add_argument("--repair", action="store_true", help="carry out the safe repairs")
    again = command("rebuild", rebuild, "drop and rebuild projections", reports=True)
    again.add_argument("names", nargs="*", metavar="NAME", help="projections (default all)")

    out = command("export", export_command.run, "export events", reports=True)
    export_command.add_options(out)
    command("conformance", conformance, "what happened against what the routes allow", reports=True)
    evidence = command("bundle", bundle_command.run, "evidence in one file, with its verifier", reports=True)
    bundle_command.add_options(evidence)
    held = command("person", person_command.run, "everything held about one person in one file", reports=True)
    person_command.add_options(held)
    command("audit-key", audit_key, "print the log's verifier key; in a rotation both, the newer first")
    signing = command("key", key_command.run, "change the log's signing key", reports=True)
    key_command.add_verbs(signing, _common)
    national = command("siasn", siasn_command.run, "what SIASN holds", reports=True)
    siasn_command.add_verbs(national, _common)
    witness_command.add_parser(commands)

    keys = command("api-key", api_key_command.run, "keys of integrations", reports=True)
    api_key_command.add_verbs(keys, _common)

    rules = command("policy", policy, "policies before they are law", reports=True)
    rules_verbs = rules.add_subparsers(dest="verb", required=True, metavar="check|simulate")
    checked = rules_verbs.add_parser("check", help="whether a policy hangs together and could be lived under")
    simulated = rules_verbs.add_parser("simulate", help="what would have come out otherwise under a policy")
    for nested in (checked, simulated):
        nested.add_argument("file", type=Path, metavar="FILE")
    simulated.add_argument("--purpose", metavar="TEXT", help="recorded for everybody whose case is told")
    for name, dest in (("--from", "first"), ("--to", "last")):
        simulated.add_argument(
            name,
            dest=dest,
            type=date.fromisoformat,
            required=True,
            metavar="DATE",
            help="local day, included",
        )

    people = command("account", account, "sign-in of people, and roles that are not posts", reports=True)
    people_verbs = people.add_subparsers(dest="verb", required=True, metavar="issue|grant|withdraw")
    issue = people_verbs.add_parser("issue", help="a first password for a person")
    issue.add_argument("nip", metavar="NIP")
    for verb in ("grant", "withdraw"):
        change = people_verbs.add_parser(verb, help=f"{verb} a role")
        change.add_argument("nip", metavar="NIP")
        change.add_argument("role", metavar="ROLE")
    for nested in (checked, simulated, issue):
        _common(nested)
    for nested in people_verbs.choices.values():
        if nested is not issue:
            _common(nested)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    """`--data` and `--json` may also stand after a second word; what stood before is kept."""
    parser.add_argument("--data", type=Path, metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def leave(code: int) -> NoReturn:
    """End the process without tearing the interpreter down: a thread of Temporal's client that calls into
    an interpreter that is going away aborts the process, and the answer was already given
    (temporalio/sdk-python issue 300).
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main())
