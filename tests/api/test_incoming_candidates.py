"""A transfer into the city, asked for with whatever a client may write about the candidate."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import House

CANDIDATE = {
    "nip": "198503122010011007",
    "name": "Siti Aminah",
    "birth_date": "1985-03-12",
    "employment_kind": "PNS",
    "grade": "III/d",
    "education": "S1",
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"grade": "entah"},
        {"grade": "IX"},
        {"employment_kind": "entah"},
        {"birth_date": "1900-01-01"},
        {"birth_date": "2199-12-31"},
        {"nip": "bukan nomor"},
        {"nip": "198502292010011007"},
        {"education": "entah"},
    ],
)
def test_no_candidate_is_a_500(house: House, odd: dict[str, Any]) -> None:
    analyst = min(house.world.offices.holders("personnel_analyst", house.world.today))
    body = {
        "kind": "mutation",
        "variant": "inter_agency_in",
        "target_position_id": house.world.vacancies()[0],
        "effective_date": house.world.today.isoformat(),
        "reason": "kebutuhan organisasi",
        "partner_agency": "Pemerintah Provinsi Banten",
        "candidate": CANDIDATE | odd,
    }
    answer = house.post(analyst, "/v1/personnel-actions", body)
    assert answer.status_code in (201, 422), answer.text
    if not odd:
        assert answer.status_code == 201, answer.text
        assert answer.json()["subject"]["name"] == "Siti Aminah"
