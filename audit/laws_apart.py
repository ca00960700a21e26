"""The laws judged by a process of their own, while the caller's looks at hashes, seals and read models.

The laws cannot be divided, because each act is judged in the state that all before it left; but they need
nothing of the other checks. The other process only says that it found every act lawful, in records of the
tree that the caller sees: it reads at another moment, when other records might lie there. Whatever else it
finds, or a ledger that moved meanwhile, is judged again by the caller, so that what is found does not depend
on how many processes looked.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from audit.findings import Findings
from audit.history import Events
from audit.lawfulness import Lawfulness
from ledger.database import open_database
from ledger.schema import head
from proofs.merkle import Frontier, leaf_hash

Head = tuple[int, bytes]


def head_of(connection: Connection) -> Head | None:
    """Size and frontier as the head row has them; None where it has nothing usable."""
    if not inspect(connection).has_table(head.name):
        return None
    row = connection.execute(select(head.c.size, head.c.frontier)).first()
    if row is None or type(row.size) is not int or type(row.frontier) is not bytes:
        return None
    return row.size, row.frontier


@contextmanager
def judged_apart(engine: Engine, sealing_key: bytes | None, expected: Head) -> Iterator[Future[bool]]:
    """A process that judges the ledger behind `engine`; it tells whether it saw the head `expected`, could
    read every record, found the tree of that head in them, and every act lawful.
    """
    url = engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        judged = process.submit(is_lawful, url, sealing_key, expected)
        try:
            yield judged
        finally:
            judged.cancel()


def is_lawful(url: str, sealing_key: bytes | None, expected: Head) -> bool:
    """What the other process finds: whether the tree of `expected` is there, and every act in it lawful."""
    engine = open_database(url, read_only=True)
    findings, broken = Findings(), set[int]()
    try:
        with engine.connect() as connection, connection.begin():
            if head_of(connection) != expected:
                return False
            lawfulness, tree = Lawfulness(findings), Frontier()
            for stored in Events(connection, sealing_key, broken=broken, size=expected[0]):
                tree.append(leaf_hash(stored.record))
                lawfulness.next(stored)
            lawfulness.end()
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error, ArithmeticError, LookupError, ValueError):
        return False  # what cannot be read is named by the caller
    finally:
        engine.dispose()
    return not findings.found and not broken and (tree.size, tree.to_bytes()) == expected
