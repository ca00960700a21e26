"""Whether the database still has the shape it was given: tables, columns, keys and guards."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, Dialect, Inspector, Table, inspect, text

from audit.findings import Findings
from ledger.schema import checkpoints, commands, events, guards, head, person_keys

LEDGER_TABLES = (events, checkpoints, head, commands, person_keys)
_COLUMNS: dict[tuple[str, str], dict[str, tuple[str, bool | None]]] = {}
ALTERING = re.compile(r"\b(COLLATE|CHECK|GENERATED|AS\s*\(|ON\s+CONFLICT|DEFAULT)\b", re.IGNORECASE)


def check_schema(connection: Connection, tables: list[Table], findings: Findings) -> bool:
    """Pin the schema. False where a table of the ledger is not there to be read at all."""
    sqlite = connection.dialect.name == "sqlite"
    kinds = _sqlite_kinds(connection) if sqlite else _postgresql_kinds(connection)
    readable, inspector = True, inspect(connection)
    for table in tables:
        kind = kinds.get(table.name)
        if kind != "table":
            findings.add("schema-changed", None, f"{table.name} is {kind or 'missing'}, not a table")
            readable = readable and kind is not None
            continue
        readable = _check_columns(inspector, table, findings) and readable
    names = {table.name for table in tables}
    if sqlite:
        _check_sqlite_guards(connection, findings)
        _check_sqlite_clauses(connection, names, findings)
    else:
        _check_postgresql_guards(connection, findings)
        _check_postgresql_rows(connection, names, findings)
    return readable


def _check_columns(inspector: Inspector, table: Table, findings: Findings) -> bool:
    dialect = inspector.dialect
    there = {
        column["name"]: (column["type"].compile(dialect), column["nullable"])
        for column in inspector.get_columns(table.name)
    }
    wanted = _columns_of(table, dialect)
    if there != wanted:
        changed = sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))
        findings.add("schema-changed", None, f"{table.name} has other columns: {', '.join(changed)}")
    key = inspector.get_pk_constraint(table.name)["constrained_columns"]
    if sorted(key) != sorted(column.name for column in table.primary_key.columns):
        findings.add("schema-changed", None, f"{table.name} has another primary key: {key}")
    if table is events:
        unique = [sorted(item["column_names"]) for item in inspector.get_unique_constraints("events")]
        if ["stream", "version"] not in unique:
            findings.add("schema-changed", None, "events lost the uniqueness of stream and version")
    return wanted.keys() <= there.keys()


def _columns_of(table: Table, dialect: Dialect) -> dict[str, tuple[str, bool | None]]:
    known = _COLUMNS.get((table.name, dialect.name))
    if known is None:
        known = {column.name: (column.type.compile(dialect), column.nullable) for column in table.columns}
        _COLUMNS[table.name, dialect.name] = known
    return known


def _sqlite_kinds(connection: Connection) -> dict[str, str]:
    found = connection.execute(text("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')"))
    return {str(row.name): str(row.type) for row in found}


def _check_sqlite_guards(connection: Connection, findings: Findings) -> None:
    expected = {_trigger_name(statement): _plain(statement) for statement in guards("sqlite")}
    found = {
        name: _plain(sql or "")
        for name, sql in connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        )
    }
    _compare_guards(expected, found, findings)


def _check_sqlite_clauses(connection: Connection, names: set[str], findings: Findings) -> None:
    """What makes a table keep something else than it is given, or rows be compared otherwise."""
    found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    for name, sql in found:
        clause = ALTERING.search(sql or "") if name in names else None
        if clause is not None:
            findings.add("schema-changed", None, f"{name} was given {clause[0]}")


def _check_postgresql_rows(connection: Connection, names: set[str], findings: Findings) -> None:
    """Row security hides rows; an heir's rows show as its parent's."""
    found = connection.execute(
        text(
            "SELECT relname, relrowsecurity, relhassubclass OR relispartition FROM pg_class "
            "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
        )
    )
    for name, hides, inherits in found:
        if name in names and (hides or inherits):
            findings.add("schema-changed", None, f"{name} has {'row security' if hides else 'heirs'}")


def _postgresql_kinds(connection: Connection) -> dict[str, str]:
    kinds = {
        "r": "table",
        "v": "view",
        "m": "materialized view",
        "p": "partitioned table",
        "f": "foreign table",
    }
    found = connection.execute(
        text(
            "SELECT relname, relkind::text FROM pg_class "
            "WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f')"
        )
    )
    return {name: kinds[kind] for name, kind in found}


def _check_postgresql_guards(connection: Connection, findings: Findings) -> None:
    expected: dict[str, Any] = {}
    body = ""
    for statement in guards("postgresql"):
        if statement.startswith("CREATE TRIGGER"):
            expected[_trigger_name(statement)] = _shape(statement)
        elif "$$" in statement:
            body = statement.split("$$")[1].strip()
    found: dict[str, Any] = {}
    for name, enabled, definition in connection.execute(
        text(
            "SELECT t.tgname, t.tgenabled::text, pg_get_triggerdef(t.oid) FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        )
    ):
        found[name] = _shape(definition) if enabled == "A" else f"not always enabled ({enabled})"
    _compare_guards(expected, found, findings)
    sources = connection.execute(
        text("SELECT prosrc FROM pg_proc WHERE proname = 'refuse_alteration'")
    ).scalars()
    if [source.strip() for source in sources] != [body]:
        findings.add("guard-changed", None, "the function refuse_alteration is not ours")
    for table, rule in connection.execute(
        text("SELECT tablename, rulename FROM pg_rules WHERE schemaname = current_schema()")
    ):
        findings.add("guard-changed", None, f"there is a rule {rule} on {table}")


def _compare_guards(expected: dict[str, Any], found: dict[str, Any], findings: Findings) -> None:
    for name in sorted(expected.keys() - found.keys()):
        findings.add("guard-missing", None, f"the guard {name} is gone")
    for name in sorted(found.keys() - expected.keys()):
        findings.add("guard-changed", None, f"there is a foreign trigger {name}")
    for name in sorted(expected.keys() & found.keys()):
        if expected[name] != found[name]:
            findings.add("guard-changed", None, f"the guard {name} is not as it was made")


def _trigger_name(statement: str) -> str:
    return statement.split()[2]


def _plain(statement: str) -> str:
    return " ".join(statement.split())


def _shape(definition: str) -> tuple[str, frozenset[str], str, str, str]:
    """Timing, verbs, table, level and the rest (condition, function) of a trigger's definition."""
    matched = re.match(
        r"CREATE TRIGGER \S+ (BEFORE|AFTER|INSTEAD OF) ([A-Z ]+?) ON (?:\w+\.)?(\w+) "
        r"FOR EACH (ROW|STATEMENT) (.*)",
        definition,
    )
    if matched is None:
        return ("", frozenset(), "", "", definition)
    timing, verbs, table, level, rest = matched.groups()
    return (timing, frozenset(verbs.split(" OR ")), table, level, re.sub(r"\w+\.(?=\w+\()", "", rest))
