"""People and posts that a journey needs beyond the demo's, imported like any other roster."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from accounts.passwords import create_account
from installation import Installation
from projections import employees
from tests.journeys.client import Client
from tests.journeys.house import House

ANALYST = "Analis SDM Aparatur Ahli Pertama"
MOVER = "Analis Kebijakan Ahli Pertama"
POSITION_HEADER = ("kode", "nama_jabatan", "kode_unit", "eselon", "jenis", "gol_min", "gol_maks")
EMPLOYEE_HEADER = (
    "NIP", "NAMA", "GOL. RUANG", "TMT GOL", "KODE JABATAN", "TMT JABATAN", "UNIT KERJA", "PENDIDIKAN",
    "KEDUDUKAN HUKUM",
)  # fmt: skip


@dataclass
class Newcomers:
    """`movers` are NIPs of people whom a transfer may concern, `posts` vacant posts that they could
    take, `analysts` the logins of further personnel analysts of BKPSDM.
    """

    movers: list[str] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    analysts: list[dict[str, Any]] = field(default_factory=list)


def bring(house: House, client: Client, *, movers: int, posts: int, analysts: int = 0) -> Newcomers:
    """Import them by `jenjang import`, spread over the agency's services, and give the analysts logins."""
    agency, services = _units(client, house.api_key)
    found = Newcomers(posts=[f"ZT{n:05}" for n in range(posts)])
    positions, people = [], []
    for n, post in enumerate(found.posts):
        positions.append(_position(post, MOVER, services[n % len(services)]))
    for n in range(movers):
        unit = services[(n + 1) % len(services)]
        found.movers.append(_nip(1, n))
        positions.append(_position(f"ZM{n:05}", MOVER, unit))
        people.append(_person(found.movers[-1], f"Pegawai Pindah {n}", f"ZM{n:05}", unit))
    for n in range(analysts):
        nip = _nip(2, n)
        found.analysts.append({"nip": nip, "roles": ["personnel_analyst"]})
        positions.append(_position(f"ZA{n:05}", ANALYST, agency))
        people.append(_person(nip, f"Analis Baru {n}", f"ZA{n:05}", agency))
    _import(house, "positions", POSITION_HEADER, positions)
    _import(house, "employees", EMPLOYEE_HEADER, people)
    _open_accounts(house, found.analysts)
    return found


def _units(client: Client, key: str) -> tuple[str, list[str]]:
    """BKPSDM, and the services (dinas) of the city."""
    units: dict[str, str] = {}
    cursor = ""
    while True:
        _, page, _ = client.call("GET", f"/v1/units?limit=200{cursor}", key)
        units |= {unit["id"]: unit["name"] for unit in page["items"] if unit["id"] == unit["apparatus_id"]}
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    agency = next(unit for unit, name in units.items() if name.startswith("Badan Kepegawaian"))
    services = [unit for unit, name in units.items() if name.startswith("Dinas ")]
    # Officials of civil registration need the Minister's consent; a service like the others is meant here.
    return agency, [unit for unit in services if "Kependudukan" not in units[unit]]


def _position(code: str, name: str, unit: str) -> tuple[str, ...]:
    return (code, name, unit, "", "FUNGSIONAL", "III/a", "III/b")


def _person(nip: str, name: str, position: str, unit: str) -> tuple[str, ...]:
    return (nip, name, "III/b", "2022-10-01", position, "2023-03-01", unit, "S1", "Aktif")


def _nip(series: int, number: int) -> str:
    """Born in 1990, appointed in 2015; one for each number below 9,990 and series."""
    return f"1990{number // 999 % 12 + 1:02}0{series}2015011{number % 999 + 1:03}"


def _import(house: House, kind: str, header: Iterable[str], rows: list[tuple[str, ...]]) -> None:
    path = house.data.parent / f"{kind}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([tuple(header), *rows])
    code, report = house.jenjang("import", kind, str(path))
    assert (code, report["imported"]) == (0, len(rows)), report["errors"][:5]


def _open_accounts(house: House, logins: list[dict[str, Any]]) -> None:
    """As `jenjang account issue` would, without a process for each, and past the first change."""
    installation = Installation(house.settings)
    try:
        with installation.reader.engine.connect() as connection:
            people = {row["nip"]: row["person_id"] for row in employees.everybody(connection)}
        for login in logins:
            login["id"] = people[login["nip"]]
            with installation.writing_engine.begin() as connection:
                login["password"] = create_account(connection, login["id"], login["nip"], must_change=False)
    finally:
        installation.close()
