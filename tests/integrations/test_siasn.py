"""The connector asks an emulated SIASN over real HTTP, with every quirk and fault that sources record."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.siasn import dates
from integrations.siasn.codes import AgencyCodes, Codes
from integrations.siasn.connection import addresses
from integrations.siasn.connector import Access, Connector, Login
from integrations.siasn.emulator.faults import Fault
from integrations.siasn.emulator.records import Records
from integrations.siasn.emulator.server import Accounts, Emulator
from integrations.siasn.faults import (
    SiasnRefused,
    SiasnUnanswered,
    SiasnUnauthorised,
    SiasnUnreachable,
)
from integrations.siasn.payloads import (
    AnnualPerformanceSave,
    AwardSave,
    CreditSave,
    DisciplineSave,
    Payload,
    PeriodicPerformanceSave,
    PositionSave,
    TalentMappingSave,
)
from integrations.siasn.reading import HISTORIES, document_of
from integrations.siasn.tokens import expiry_of

NIP = "198503122010011007"
DAY = date(2026, 12, 1)
ACCOUNT = Accounts()


@dataclass(frozen=True)
class Authority:
    """A CA of the tests' own: its bundle, which loads faster than the system's, and a certificate."""

    bundle: Path
    chain: ssl.SSLContext


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(*_certificate(tmp_path_factory.mktemp("ca")))


class TrustedEmulator(Emulator):
    trusted: Path | None = None


@pytest.fixture(scope="module")
def running(authority: Authority) -> Iterator[TrustedEmulator]:
    with TrustedEmulator(slow_seconds=0.6) as emulator:
        emulator.trusted = authority.bundle
        yield emulator


@pytest.fixture
def emulator(running: TrustedEmulator) -> TrustedEmulator:
    """The running emulator, emptied: one person, and no fault waiting."""
    running.records.__dict__.update(Records(lock=running.records.lock).__dict__)
    running.records.add_person({"nipBaru": NIP, "nama": "Siti", "unorId": "u1"})
    running.faults.clear()
    running.asked.clear()
    running.tokens.clear()
    return running


def access(emulator: TrustedEmulator, **changes: object) -> Access:
    login = Login("client", ACCOUNT.username, ACCOUNT.password)
    values = {"mode": "training", "key": ACCOUNT.key, "secret": ACCOUNT.secret, "sso": login}
    values |= {"origin": emulator.origin, "seconds": 0.3, "ca_file": emulator.trusted}
    return Access(**(values | changes))  # type: ignore[arg-type]


def connect(emulator: TrustedEmulator, **changes: object) -> Connector:
    agency = AgencyCodes(instansi="A5EB03E23BFBF6A0E040640A040252AD", satuan_kerja="sk1")
    return Connector(access(emulator, **changes), Codes(agency=agency))


@pytest.fixture
def siasn(emulator: TrustedEmulator) -> Iterator[Connector]:
    with connect(emulator) as connector:
        yield connector


def person_id(emulator: TrustedEmulator) -> str:
    return str(emulator.records.people[NIP]["id"])


def a_position(emulator: TrustedEmulator, **changes: object) -> PositionSave:
    values: dict[str, Any] = {
        "pns_id": person_id(emulator), "instansi_id": "i1", "satuan_kerja_id": "sk1", "unor_id": "u2",
        "jenis_jabatan": "1", "jenis_mutasi_id": "MJ", "nomor_sk": "800.1.3.3/7/2026", "tanggal_sk": DAY,
        "tmt_jabatan": DAY, "tmt_mutasi": DAY, "tmt_pelantikan": DAY,
    }  # fmt: skip
    return PositionSave(**(values | changes))


def payloads(who: str) -> list[Payload]:
    rated: dict[str, Any] = {
        "tahun": "2026",
        "hasil_kinerja_nilai": "1",
        "perilaku_kerja_nilai": "2",
        "kuadran_kinerja_nilai": "2",
        "penilai_nip_nrp": NIP,
        "penilai_nama": "Budi",
        "penilai_golongan": "42",
        "penilai_unor_nama": "Dinas",
    }
    months: dict[str, Any] = {"bulan_mulai_penilaian": "1", "bulan_selesai_penilaian": "3"}
    years: dict[str, Any] = {"tahun_mulai_penilaian": "2026", "tahun_selesai_penilaian": "2026"}
    return [
        CreditSave(
            pns_id=who,
            rw_jabatan_id="j1",
            nomor_sk="1/PAK",
            tanggal_sk=DAY,
            first_month="1",
            first_year="2026",
            last_month="6",
            last_year="2026",
            kredit_utama_baru="25",
            kredit_penunjang_baru="0",
            kredit_baru_total="25",
        ),
        PeriodicPerformanceSave(
            pns_dinilai_id=who,
            periodik_id="2",
            koefisien_id="1",
            penilai_jabatan_nama="Kepala",
            **rated,
            **months,
            **years,
        ),
        AnnualPerformanceSave(pns_dinilai_orang=who, penilai_jabatan="Kepala", **rated),
        DisciplineSave(
            pns_orang_id=who,
            jenis_hukuman_id="3",
            jenis_tingkat_hukuman_id="R",
            alasan_hukuman_disiplin_id="1",
            kedudukan_hukum_id="01",
            hukuman_tanggal=DAY,
            akhir_hukuman_tanggal=DAY,
            nomor_pp="94/2021",
            sk_nomor="9/HD",
            sk_tanggal=DAY,
        ),
        AwardSave(pns_orang_id=who, harga_id="201", tahun="2026", sk_nomor="5/SLKS", sk_date=DAY),
    ]


# --- tokens and trust ---


def test_every_call_bears_both_tokens_and_each_is_asked_for_once(
    siasn: Connector, emulator: TrustedEmulator
) -> None:
    assert siasn.reader.person(NIP) is not None
    assert siasn.reader.history("jabatan", NIP) == []
    assert emulator.asked_for("/oauth2/token") == emulator.asked_for("openid-connect/token") == 1


@pytest.mark.parametrize("fault", [Fault.BAD_APIM, Fault.BAD_SSO, Fault.MISMATCH])
def test_both_tokens_are_refreshed_once_when_one_is_not_taken(
    siasn: Connector, emulator: TrustedEmulator, fault: Fault
) -> None:
    siasn.reader.person(NIP)
    emulator.faults.add(fault, "/pns/")
    assert siasn.reader.person(NIP) is not None
    assert emulator.asked_for("/oauth2/token") == emulator.asked_for("openid-connect/token") == 2
    emulator.faults.add(fault, "/pns/", times=2)
    with pytest.raises(SiasnUnauthorised):
        siasn.reader.person(NIP)
    assert emulator.asked_for("/pns/") == 5, "nobody asks without end"


def test_a_token_is_kept_as_long_as_it_says(emulator: TrustedEmulator, tmp_path: Path) -> None:
    sso = emulator.grant("sso")
    assert expiry_of(sso) == emulator.tokens[sso][1]
    pasted = tmp_path / "token"
    pasted.write_text(f"{sso}\n")
    with connect(emulator, sso=pasted) as siasn:
        assert siasn.reader.person(NIP) is not None
        pasted.write_text("a.eyJleHAiOjF9.c")  # ended in 1970
        emulator.tokens.clear()
        with pytest.raises(SiasnUnauthorised, match="expired-in-file"):
            siasn.reader.person(NIP)


def test_a_wrong_secret_is_told_without_it(emulator: TrustedEmulator) -> None:
    with connect(emulator, secret="salah") as siasn, pytest.raises(SiasnUnauthorised) as told:
        siasn.reader.person(NIP)
    assert "salah" not in repr(told.value) + repr(access(emulator, secret="salah"))


def test_certificates_are_verified_by_the_bundle_alone(authority: Authority) -> None:
    with TrustedEmulator(tls=authority.chain) as emulator:
        emulator.records.add_person({"nipBaru": NIP})
        with connect(emulator) as stranger, pytest.raises(SiasnUnreachable):  # by the system's
            stranger.reader.person(NIP)
        with connect(emulator, ca_file=authority.bundle) as siasn:
            assert siasn.reader.person(NIP) is not None


def test_without_tls_only_this_machine_is_asked() -> None:
    with pytest.raises(ValueError, match="https"):
        addresses("production", "http://apimws.bkn.go.id")
    assert addresses("training").main == "https://training-apimws.bkn.go.id:8243/api/1.0"
    assert addresses("production").main == "https://apimws.bkn.go.id:8243/apisiasn/1.0"


def test_no_log_line_holds_an_address_or_a_token(
    siasn: Connector, emulator: TrustedEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        siasn.reader.person(NIP)
        emulator.faults.add(Fault.RUNTIME_ERROR, "/pns/")
        with pytest.raises(SiasnUnreachable) as told:
            siasn.reader.person(NIP)
    assert NIP not in caplog.text + str(told.value)
    assert not any(token in caplog.text for token in emulator.tokens)


# --- reading ---


@pytest.mark.parametrize("mode", ["training", "production"])
def test_every_history_is_read_under_the_path_of_its_mode(emulator: TrustedEmulator, mode: str) -> None:
    with connect(emulator, mode=mode) as siasn:
        for name in HISTORIES:
            assert siasn.reader.history(name, NIP) == [], f"nothing, however it is said: {name}"
            emulator.records.add_line(name, NIP, {"tahun": 2026})
            assert [row["tahun"] for row in siasn.reader.history(name, NIP)] == [2026]
    roots = {"training": "/api/1.0", "production": "/apisiasn/1.0"}
    asked = [path for _, path in emulator.asked if "/pns/" in path]
    assert all(path.startswith(roots[mode]) for path in asked)


@pytest.mark.parametrize("fault", [Fault.EMPTY_404, Fault.EMPTY_NULL, Fault.EMPTY_TEXT])
def test_there_is_nothing_in_each_way_of_saying_so(
    siasn: Connector, emulator: TrustedEmulator, fault: Fault
) -> None:
    emulator.faults.add(fault, "/pns/")
    assert siasn.reader.history("jabatan", NIP) == []
    assert siasn.reader.person("199001012015012001") is None


PASSING = (
    Fault.RUNTIME_ERROR,
    Fault.SUSPENDED,
    Fault.TOO_MANY,
    Fault.RESET,
    Fault.SLOW,
    Fault.TRUNCATED,
    Fault.HTML,
    Fault.EMPTY_BODY,
)


@pytest.mark.parametrize("fault", PASSING)
def test_what_may_pass_is_told_apart_from_a_refusal(
    siasn: Connector, emulator: TrustedEmulator, fault: Fault
) -> None:
    siasn.reader.person(NIP)
    emulator.faults.add(fault, "/pns/")
    with pytest.raises(SiasnUnreachable):
        siasn.reader.person(NIP)
    assert emulator.asked_for("/oauth2/token") == 1, "no token is to blame"
    assert siasn.reader.person(NIP) is not None


def test_lists_are_read_page_by_page(siasn: Connector, emulator: TrustedEmulator) -> None:
    emulator.records.units = [{"Id": f"u{number}", "NamaUnor": "Dinas"} for number in range(1_201)]
    emulator.records.lists |= {
        "golongan": [{"id": "41"}], "kp": [{"id": "k1"}], "pensiun": [{"id": "p1"}], "imut": [{"id": "i1"}]
    }  # fmt: skip
    assert len(list(siasn.reader.units())) == 1_201
    assert [row["id"] for row in siasn.reader.reference("golongan")] == ["41"]
    assert [row["id"] for row in siasn.reader.rank_promotions(DAY)] == ["k1"]
    assert [row["id"] for row in siasn.reader.pensions(DAY, DAY)] == ["p1"], "days are written day first"
    assert [row["id"] for row in siasn.reader.integrated_mutations("i1")] == ["i1"]
    assert siasn.reader.professionality_index(NIP) is None


def test_days_come_in_two_forms_and_go_out_in_one() -> None:
    assert dates.read("01-12-2026") == dates.read("2026-12-01") == dates.read("2026-12-01T00:00:00Z") == DAY
    assert [dates.read(text) for text in ("31-02-2026", "", None, "1/12/2026")] == [None] * 4
    assert dates.written(DAY) == "01-12-2026"


# --- writing ---


def test_a_position_is_saved_documented_and_followed_by_the_main_record(
    siasn: Connector, emulator: TrustedEmulator
) -> None:
    payload = a_position(emulator)
    line = siasn.writer.save(payload, NIP)
    siasn.writer.attach(line, 872, b"%PDF-1.7 SK", "application/pdf")
    assert emulator.records.people[NIP]["unorId"] == "u1", "the main record follows when it is told to"
    siasn.writer.sync_position(payload.pns_id)
    (row,) = siasn.writer.lines_like(payload, NIP)
    document = document_of(row, 872)
    assert document is not None
    assert siasn.reader.document(str(document["dok_uri"])) == b"%PDF-1.7 SK"
    assert emulator.records.people[NIP]["unorId"] == "u2"
    siasn.writer.remove_position(line)
    assert siasn.writer.lines_like(payload, NIP) == []


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.HTML_AFTER_COMMIT, Fault.TRUNCATED, Fault.SLOW])
def test_a_lost_reply_never_makes_a_duplicate(
    siasn: Connector, emulator: TrustedEmulator, fault: Fault
) -> None:
    payload = a_position(emulator)
    siasn.reader.person(NIP)
    emulator.faults.add(fault, "/jabatan/unorjabatan/save")
    with pytest.raises(SiasnUnanswered):
        siasn.writer.save(payload, NIP)
    line = siasn.writer.save(payload, NIP)
    assert [row["id"] for row in emulator.records.lines("jabatan", NIP)] == [line]
    assert emulator.asked_for("/jabatan/unorjabatan/save") == 1


@pytest.mark.parametrize("fault", [Fault.FAILURE_IN_200, Fault.CODE_0_IN_200])
def test_a_refusal_inside_http_200_is_one(siasn: Connector, emulator: TrustedEmulator, fault: Fault) -> None:
    emulator.faults.add(fault, "/save")
    with pytest.raises(SiasnRefused) as told:
        siasn.writer.save(a_position(emulator), NIP)
    assert told.value.message
    assert told.value.message not in str(told.value), "BKN's own sentence may name people"
    assert emulator.records.lines("jabatan", NIP) == []


def test_what_siasn_does_not_know_is_refused(siasn: Connector, emulator: TrustedEmulator) -> None:
    emulator.records.units = [{"Id": "u2"}]
    with pytest.raises(SiasnRefused):
        siasn.writer.save(a_position(emulator, unor_id="u9"), NIP)
    with pytest.raises(SiasnRefused):
        siasn.writer.save(a_position(emulator, pns_id="nobody"), NIP)
    with pytest.raises(SiasnRefused):
        siasn.writer.sync_position("nobody")
    with pytest.raises(SiasnRefused):
        siasn.writer.attach("ab" * 16, 872, b"%PDF", "application/pdf")


@pytest.mark.parametrize("number", range(5))
def test_each_kind_is_found_again_although_it_is_read_under_other_names(
    siasn: Connector, emulator: TrustedEmulator, number: int
) -> None:
    payload = payloads(person_id(emulator))[number]
    emulator.faults.add(Fault.LOST_REPLY, payload.PATH)
    with pytest.raises(SiasnUnanswered):
        siasn.writer.save(payload, NIP)
    line = siasn.writer.save(payload, NIP)
    assert [row["id"] for row in siasn.writer.lines_like(payload, NIP)] == [line]
    assert emulator.asked_for(payload.PATH) == 1


def test_misspelt_names_are_contract(emulator: TrustedEmulator) -> None:
    credit, periodic, *_, discipline, award = payloads("p1")
    assert credit.body().keys() >= {"bulanMulaiPenailan", "tahunSelesaiPenailan", "isAngkaKreditPertama"}
    assert periodic.body().keys() >= {"bulanMulaiPenilaian", "penilaiNipNrp", "pnsDinilaiId"}
    assert discipline.body()["akhirHukumanTanggal"] == award.body()["skDate"] == "01-12-2026"
    position = a_position(emulator).body()
    assert position.keys() >= {"unorId", "jabatanFungsionalUmumId", "tmtPelantikan", "subJabatanId"}
    assert position["path"] == []


def test_talent_is_told_only_where_the_installation_says_so(emulator: TrustedEmulator) -> None:
    box = TalentMappingSave(pns_id="p1", box="9", sumbu_x="90", sumbu_y="88", total_sumbu="178")
    with connect(emulator) as siasn, pytest.raises(SiasnRefused, match="switched-off"):
        siasn.writer.map_talent(box)
    with connect(emulator, talent_mapping=True) as siasn:
        siasn.writer.map_talent(box)
    assert emulator.records.talent["p1"]["box"] == "9"


def test_a_document_may_come_before_its_line_and_a_line_is_read_by_its_id(
    siasn: Connector, emulator: TrustedEmulator
) -> None:
    uploaded = siasn.client.upload(
        "/upload-dok", {"id_ref_dokumen": "872"}, b"%PDF", "application/pdf", "a.pdf"
    )
    line = siasn.writer.save(a_position(emulator, path=(uploaded,)), NIP)
    row = siasn.client.read("/jabatan/id", line)
    assert row["path"]["872"]["dok_uri"] == uploaded["dok_uri"], "an array goes in, an object comes out"
    emulator.records.lists["kp"] = [{"id": "k1", "statusUsulan": "12"}]
    fields = {"id_usulan": "k1", "no_sk": "823/1", "tgl_sk": "01-12-2026"}
    siasn.client.upload("/upload-dok-sk-kp", fields, b"%PDF", "application/pdf", "a.pdf")
    assert [row["statusUsulan"] for row in siasn.reader.rank_promotions(DAY)] == ["32"]


def test_faults_are_switched_over_http(siasn: Connector, emulator: TrustedEmulator) -> None:
    switch = f"{emulator.origin}/emulator/faults"
    assert httpx2.post(switch, json={"fault": "no-such"}, trust_env=False).status_code == 400
    wanted = {"fault": "html", "path": "/pns/", "times": 1}
    assert httpx2.post(switch, json=wanted, trust_env=False).status_code == 200
    with pytest.raises(SiasnUnreachable):
        siasn.reader.person(NIP)


def _certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A CA's bundle, and what a server on 127.0.0.1 needs to be believed by it."""
    ca, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = x509.BasicConstraints(ca=True, path_length=None)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    bundle, chain = folder / "ca.pem", folder / "server.pem"
    bundle.write_bytes(_signed("CA", ca, ca, root))
    key = server.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(key + _signed("siasn", server, ca, address))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return bundle, context


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> bytes:
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    )
    return builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
