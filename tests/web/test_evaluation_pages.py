"""Evaluations in the pages: many people rated and voted on at once, by ordinary forms."""

from __future__ import annotations

from collections import defaultdict

from tests.api.test_evaluations import owners, started, walk
from tests.web.conftest import Site
from tests.web.test_promotion_and_cycle_pages import key_in


def rated_by_one(site: Site) -> tuple[str, dict[str, str]]:
    """An assessor of two people at least, and the rating task of each by person."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for subject in site.house.plain()[:12]:
        action = walk(site.house, started(site.house, subject)["id"], "rating")
        (assessor, *_) = owners(site.house, action["id"])
        found[assessor][subject] = action["open_tasks"][0]["id"]
        if len(found[assessor]) == 3:
            return assessor, found[assessor]
    return max(found.items(), key=lambda item: len(item[1]))


def test_an_assessor_rates_people_on_one_page_and_the_committee_votes_on_another(site: Site) -> None:
    assessor, tasks = rated_by_one(site)
    assert len(tasks) > 1
    overview = site.get(assessor, "/evaluasi").text
    assert f"<strong>{len(tasks)}</strong>orang menunggu penilaian Anda" in overview
    page = site.get(assessor, "/evaluasi/menilai").text
    assert all(f'value="{task}"' in page for task in tasks.values())
    assert "Layanan selesai tepat waktu" in page
    first, second, *_ = sorted(tasks.values())
    form = {
        "key": key_in(page),
        "evidence": "laporan semester",
        f"r.{first}": "ABOVE",
        f"n.{first}": "Pertama",
    }
    form |= {f"r.{second}": "BELOW", f"c.{second}": "BELOW", f"e.{second}": "teguran tertulis"}
    half = site.post(assessor, "/evaluasi/menilai", form | {"save": first})
    assert half.status_code == 422
    assert "Pilih dahulu" in half.text
    saved = site.post(assessor, "/evaluasi/menilai", form | {f"c.{first}": "AS_EXPECTED", "save": first})
    assert saved.status_code == 200
    assert "Tersimpan" in saved.text
    assert f'value="{first}"' not in saved.text
    assert "teguran tertulis" in saved.text, "what was typed for the others stays"
    twice = site.post(assessor, "/evaluasi/menilai", form | {f"c.{first}": "AS_EXPECTED", "save": first})
    assert twice.status_code == 200, "a form that is sent again saves nothing twice"
    rest = site.post(assessor, "/evaluasi/menilai", form | {"save": "all"})
    assert rest.status_code == 200

    own = site.house.get(assessor, "/v1/me/receipts", limit=2).json()
    assert [item["type"] for item in own["items"]] == ["TaskOpened", "PerformanceJudged"]
    assert own["items"][0]["receipt"]["tree_size"] > own["items"][0]["receipt"]["position"]
    older = site.house.get(assessor, "/v1/me/receipts", cursor=own["next"]).json()["items"]
    assert older[0]["receipt"]["position"] < own["items"][-1]["receipt"]["position"]
    assert site.house.get(site.house.a_stranger(), "/v1/me/receipts").json()["items"] == []
    assert site.house.get(site.house.key("actions:read"), "/v1/me/receipts").status_code == 403
    assert own["items"][0]["receipt"]["leaf_hash"] in site.get(assessor, "/saya").text

    members = owners(site.house, site.house.get(assessor, f"/v1/tasks/{first}").json()["action_id"])
    board = site.get(members[0], "/evaluasi/kalibrasi").text
    assert "teguran tertulis" in board
    waiting = site.house.get(members[0], "/v1/tasks", kind="evaluation", step="calibration").json()["items"]
    votes = {f"v.{item['id']}": "approve" for item in waiting} | {"key": key_in(board)}
    for member in members:
        cast = site.post(member, "/evaluasi/kalibrasi", votes | {"save": "all", "key": f"k-{member}"})
        assert cast.status_code in (200, 422), cast.text
    judged = site.house.get(
        site.house.key("actions:read"), f"/v1/personnel-actions/{waiting[0]['action_id']}"
    )
    assert judged.json()["open_tasks"][0]["step"] == "delivery"
    subject = judged.json()["subject"]["id"]
    mine = site.get(subject, "/evaluasi").text
    assert "menunggu Anda" in mine
    assert "Penilaian diperlihatkan setelah" in mine
    assert "Belum ada evaluasi" in site.get(site.house.a_stranger(), "/evaluasi", language="id").text
