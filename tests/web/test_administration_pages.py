"""Operators' pages: the state of the installation, accounts, keys; first passwords by a unit's officer."""

from __future__ import annotations

import html
import re

from accounts.passwords import create_account
from domain.commands import GrantOffice
from domain.identity import SYSTEM
from domain.outgoing import PREFIX
from projections import employees
from tests.api.test_sessions import PASSWORD, an_account, sign_in
from tests.receiver import Receiver, receiving
from tests.web.conftest import HERE, Site
from tests.world import new_id


def an_operator(site: Site) -> str:
    person = site.house.plain()[5]
    grant = GrantOffice(command_id=new_id(), actor=SYSTEM, person_id=person, office="operator")
    site.house.world.installation.ledger.execute(grant)
    return person


def test_an_operator_sees_the_installation_and_keeps_keys(site: Site) -> None:
    operator = an_operator(site)
    assert "/administrasi" in site.get(operator, "/").text
    assert "penulis buku besar" in site.get(operator, "/administrasi").text
    wrong = site.post(operator, "/administrasi/kunci", {"label": "SIMPEG", "scope": "everything"})
    assert wrong.status_code == 422
    made = site.post(operator, "/administrasi/kunci", {"label": "SIMPEG", "scope": "actions:read"})
    secret = re.search(r"jjk_[\w-]+", made.text)
    assert secret is not None
    assert site.house.get(secret[0], "/v1/personnel-actions").status_code == 200
    key = re.search(r"/administrasi/kunci/([0-9a-f-]+)/akhiri", made.text)
    assert key is not None
    terms = {"requests_per_minute": "60", "algorithm": "hmac-sha256", "signature_required": "true"}
    set_ = site.post(operator, f"/administrasi/kunci/{key[1]}/ketentuan", terms)
    assert set_.status_code == 200, set_.text
    assert re.search(r"<code>[\w-]{43}</code>", set_.text)
    assert "60 permintaan per menit" in set_.text
    assert site.house.get(secret[0], "/v1/personnel-actions").json()["code"] == "signature-required"
    assert site.post(operator, f"/administrasi/kunci/{key[1]}/ketentuan", {}).status_code == 303
    assert site.post(operator, f"/administrasi/kunci/{key[1]}/akhiri", {}).status_code == 303
    assert site.house.get(secret[0], "/v1/personnel-actions").status_code == 401
    assert secret[0] not in site.get(operator, "/administrasi").text
    stranger = site.house.a_stranger()
    for path in ("/administrasi", "/administrasi/akun"):
        assert site.get(stranger, path).status_code == 403


def test_an_operator_sees_what_is_stuck_and_who_holds_which_office(site: Site) -> None:
    operator, case = an_operator(site), site.house.a_case()
    stuck = site.get(operator, "/administrasi/tersangkut").text
    assert "Temporal tidak menjawab" in stuck
    assert "1 perkara berjalan diperiksa" in stuck
    roles = site.get(operator, "/administrasi/jabatan").text
    for office in ("Operator sistem", "Kepala Perangkat Daerah", "Nota Sekretaris Daerah"):
        assert office in roles
    head = site.house.world.holder("agency_head")
    with site.house.world.installation.reader.engine.connect() as connection:
        assert str(employees.names(connection, {head})[head][0]) in html.unescape(roles)
    for path in ("/administrasi/tersangkut", "/administrasi/jabatan"):
        assert site.get(case.initiator[1], path).status_code == 403


def test_an_operator_tries_an_import_and_then_does_it_in_their_own_name(site: Site) -> None:
    operator = an_operator(site)
    world = site.house.world
    top = next(unit.id for unit in world.agency.units.values() if unit.parent_id is None)
    file = f"kode,nama,kode_induk\n3673.99,Dinas Baru,{top}\n".encode()

    def sent(kind: str, content: bytes, **form: str) -> str:
        return site.client.post(
            f"/administrasi/impor/{kind}",
            files={"file": ("unit.csv", content, "text/csv")},
            data=form,
            headers=site._headers(operator, "id") | {"Origin": HERE},
        ).text

    assert "kesalahan" in sent("units", b"\x00\x01\x02", dry_run="false")
    tried = sent("units", file, dry_run="true")
    assert "belum ada yang dicatat" in tried, tried
    assert "3673.99" not in site.house.world.agency.units
    assert "1 baru" in sent("units", file, dry_run="false")
    assert site.house.world.agency.units["3673.99"].name == "Dinas Baru"
    (auditor, *_) = site.house.world.offices.holders("auditor", site.house.world.today)
    events = site.house.get(auditor, "/v1/audit/events", type="UnitRegistered", actor=operator).json()
    assert [event["data"]["unit_id"] for event in events["items"]] == ["3673.99"]


def entered_with(site: Site, nip: str, first: str) -> str:
    """The token of a session in which the first password was changed."""
    token: str = sign_in(site.house, nip, first).json()["token"]
    assert site.house.post(token, "/v1/password", {"current": first, "new": PASSWORD}).status_code == 204
    return token


def test_a_first_password_is_given_by_name_and_with_a_reason(site: Site) -> None:
    operator, (person, nip) = an_operator(site), an_account(site.house)
    assert nip in site.get(operator, f"/administrasi/akun?q={nip[:8]}").text
    form = {"nip": nip, "reason": "lupa kata sandi"}
    assert site.post(site.house.a_stranger(), "/administrasi/kata-sandi-pertama", form).status_code == 403
    own = site.post(operator, "/administrasi/kata-sandi-pertama", form | {"nip": site.house.nip(operator)})
    assert own.status_code == 403
    given = site.post(operator, "/administrasi/kata-sandi-pertama", form)
    assert given.status_code == 200, given.text
    password = re.search(r"<code class=\"large\">([a-z0-9-]+)</code>", given.text)
    assert password is not None
    path = f"/v1/administration/accounts/{nip}/first-password"
    twice = [
        site.house.post(operator, path, {"reason": "lupa lagi"}, Idempotency_Key="k").json() for _ in "12"
    ]
    assert twice[0] == twice[1]
    given = site.post(operator, "/administrasi/kata-sandi-pertama", form)
    password = re.search(r"<code class=\"large\">([a-z0-9-]+)</code>", given.text)
    assert password is not None
    late = site.house.post(operator, path, {"reason": "lupa lagi"}, Idempotency_Key="k")
    assert late.json()["code"] == "idempotency-key-reused", "that account is over"
    assert sign_in(site.house, nip).status_code == 401
    assert sign_in(site.house, nip, password[1]).json()["person"]["must_change"] is True
    site.house.tokens[person] = entered_with(site, nip, password[1])
    mine = site.get(person, "/saya").text
    assert "kata sandi pertama diberikan: lupa kata sandi" in mine, "the person reads who did it, and why"
    ended = site.post(operator, "/administrasi/keluarkan", {"nip": nip, "reason": "telepon hilang"})
    assert ended.status_code == 303
    assert site.get(person, "/saya").headers["location"].startswith("/masuk")


def test_a_units_officer_gives_none_to_whoever_decides(site: Site) -> None:
    """Else they could sign in as the head of their unit and decide on their own proposals."""
    world = site.house.world
    for unit in world.view.agency.apparatuses():
        officers = sorted(world.offices.holders(f"unit_personnel_officer@{unit}", world.today))
        heads = sorted(world.offices.holders(f"unit_head@{unit}", world.today))
        if officers and heads and officers[0] != heads[0]:
            break
    with world.installation.writing_engine.begin() as connection:
        create_account(connection, heads[0], site.house.nip(heads[0]), PASSWORD, must_change=False)
    form = {"nip": site.house.nip(heads[0]), "reason": "lupa"}
    assert site.post(officers[0], "/administrasi/kata-sandi-pertama", form).status_code == 403
    assert sign_in(site.house, site.house.nip(heads[0])).status_code == 201
    other = {"nip": site.house.nip(site.house.a_stranger()), "reason": "lupa"}
    assert site.post(officers[0], "/administrasi/kata-sandi-pertama", other).status_code in (200, 404)


def test_an_operator_has_events_sent_and_sees_to_it(site: Site) -> None:
    operator = an_operator(site)
    site.house.world.installation.settings.webhook_private_hosts = "127.0.0.1"
    with receiving(Receiver()) as receiver:
        refused = site.post(operator, "/administrasi/webhook", {"label": "x", "url": "https://10.0.0.1/"})
        assert refused.status_code == 422
        form = {"label": "Portal", "url": receiver.url, "kind": "mutation", "type": f"{PREFIX}task.opened"}
        made = site.post(operator, "/administrasi/webhook", form)
        assert re.search(r"whsec_[\w+/=]+", made.text)
        here = re.search(r"/administrasi/webhook/[0-9a-f-]{36}", made.text)
        assert here is not None
        assert "Pesan percobaan sampai" in site.post(operator, f"{here[0]}/test", {}).text
        assert len(receiver.accepted) == 1
    assert re.search(r"whsec_[\w+/=]+", site.post(operator, f"{here[0]}/secret", {}).text)
    for act, form in (("pause", {}), ("resumption", {}), ("replay", {"after": "-1"}), ("akhiri", {})):
        assert "whsec_" not in site.get(operator, here[0]).text
        assert site.post(operator, f"{here[0]}/{act}", form).status_code == 303, act
    assert here[0] not in site.get(operator, "/administrasi/webhook").text
    assert site.get(site.house.a_stranger(), "/administrasi/webhook").status_code == 403
