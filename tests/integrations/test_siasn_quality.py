"""BKN's indicators of data quality: what is in order has no fault, and each fault is found by its own one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from integrations.siasn.quality import Held, catalogue, judge

TODAY = date(2026, 11, 24)
PNS, PPPK = "198503122010011007", "199001012022211003"
IN_ORDER: dict[str, Any] = {
    "nipBaru": PNS, "jenisJabatanId": "2", "jabatanFungsionalId": "jf1", "jabatanNama": "Analis Ahli Muda",
    "tkPendidikanTerakhirId": "40", "tmtCpns": "01-01-2010", "tmtPns": "01-01-2011", "gelarBelakang": "S.E.",
    "email": "siti@example.go.id", "noHp": "0812", "unorId": "u1", "kedudukanPnsId": "01",
    "tmtPensiun": "01-04-2043", "instansiIndukId": "i1", "instansiKerjaId": "i1",
    "jenisPegawaiNama": "PNS Daerah", "validNik": "true", "tglLahir": "12-03-1985",
    "jenisKelamin": "M", "golRuangAkhirId": "34",
}  # fmt: skip
CONTRACT: dict[str, Any] = {
    "nipBaru": PPPK,
    "tglLahir": "1990-01-01",
    "tmtCpns": "01-03-2022",
    "jenisKelamin": "M",
    "tmtPns": "",
}
HEAD: dict[str, Any] = {"jenisJabatanId": "1", "jabatanFungsionalId": "", "eselonId": "31"}


def faults(leave_ends: date | None = None, rated: int = 2025, **changes: Any) -> set[str]:
    held = Held(IN_ORDER | changes, frozenset({rated}), leave_ends)
    return set(judge([held], {"u1"}, TODAY).faulty)


def test_the_indicators_are_twenty_seven_and_their_weights_whole() -> None:
    known = catalogue()
    assert len(known.indicators) == 27
    for dimension in known.dimensions:
        weights = [one.weight for one in known.indicators.values() if one.dimension == dimension]
        assert sum(weights) == pytest.approx(100, abs=0.1)
    assert sum(known.dimensions.values()) == pytest.approx(1.0)
    assert [code for code, one in known.indicators.items() if one.needs] == ["TIM_2", "ACC_8"]


def test_a_record_in_order_has_no_fault() -> None:
    assert faults() == set()
    assert faults(**CONTRACT) == set()
    assert faults(**HEAD) == set()
    assert judge([Held(IN_ORDER, frozenset({2026}))], {"u1"}, TODAY).total() == 100.0


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("COM_1", {"rated": 2023}),
    ("COM_2", {"jabatanFungsionalId": ""}),
    ("COM_3", {"tkPendidikanTerakhirId": ""}),
    ("COM_4", {"tmtPns": "", "tmtCpns": ""}),
    ("COM_5", {"gelarBelakang": ""}),
    ("COM_6", {"email": "siti"}),
    ("COM_7", {"noHp": None}),
    ("TIM_1", {"unorId": "closed"}),
    ("TIM_5", {"tmtPensiun": "2026-11-24"}),
    ("TIM_6", {"kedudukanPnsId": "02", "leave_ends": date(2026, 11, 23)}),
    ("ACC_1", {"tmtPns": "01-12-2009"}),
    ("ACC_2", {"instansiKerjaId": "i2"}),
    ("ACC_2", {"jenisPegawaiNama": "PNS DPK"}),
    ("ACC_4", CONTRACT | {"kedudukanPnsId": "03"}),
    ("ACC_5", {"validNik": None}),
    ("ACC_6", HEAD | {"tkPendidikanTerakhirId": "30"}),
    ("ACC_9", {"jenisJabatanId": "4", "jabatanFungsionalUmumId": "p1"}),
    ("ACC_10", HEAD | {"eselonId": "22", "golRuangAkhirId": "41"}),
    ("CON_1", {"tmtCpns": "01-02-2010"}),
    ("CON_2", {"tglLahir": "13-03-1985"}),
    ("CON_3", {"jenisKelamin": "F"}),
    ("CON_4", CONTRACT | {"tmtCpns": "01-03-2023"}),
]


@pytest.mark.parametrize(("code", "changes"), FAULTS)
def test_each_fault_is_found_by_its_own_indicator(code: str, changes: dict[str, Any]) -> None:
    assert faults(**changes) == {code}


def test_a_candidate_of_more_than_a_year() -> None:
    assert faults(tmtPns="") == {"COM_4", "TIM_3"}


def test_a_pppk_number_from_before_there_were_any() -> None:
    old = CONTRACT | {"nipBaru": "199001012018211003", "tmtCpns": "01-03-2018"}
    assert faults(**old) == {"ACC_7"}


def test_a_structural_post_too_early() -> None:
    young = HEAD | {"nipBaru": "198503122025011007", "tmtCpns": "01-01-2025", "tmtPns": "01-01-2026"}
    assert faults(**young) == {"ACC_3"}


def test_two_holders_of_one_structural_post_are_both_told() -> None:
    report = judge([Held(IN_ORDER | HEAD, frozenset({2026}))] * 2, {"u1"}, TODAY)
    assert report.faulty == {"TIM_4": [PNS, PNS]}
    assert report.score("timeliness") == pytest.approx(100 * (1 - 15.91 / (100.01 - 18.18)), abs=0.05)
    assert "TIM_4" in report.as_text()
    assert PNS not in report.as_text() + str(report.as_json()), "nobody is named"
