"""What is sent to SIASN, under its own names and spellings: misspelt ones are contract.

`id` empty means a new line, filled an existing one. Days go out as DD-MM-YYYY, codes as text.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AliasGenerator, BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

from integrations.siasn import dates

Day = Annotated[date, PlainSerializer(dates.written, return_type=str)]
Document = dict[str, Any]


class Payload(BaseModel):
    """One save; `PATH` takes it and `MAPPED` names the id in its answer."""

    PATH: ClassVar[str]
    MAPPED: ClassVar[str]

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        populate_by_name=True,
        alias_generator=AliasGenerator(serialization_alias=to_camel),
    )

    id: str = ""
    path: tuple[Document, ...] = ()

    def body(self) -> dict[str, Any]:
        """The JSON object that is sent."""
        return self.model_dump(mode="json", by_alias=True)


class PositionSave(Payload):
    """A line of the history of positions (*riwayat jabatan*) with its unit."""

    PATH: ClassVar[str] = "/jabatan/unorjabatan/save"
    MAPPED: ClassVar[str] = "rwJabatanId"

    pns_id: str
    instansi_id: str
    satuan_kerja_id: str
    unor_id: str
    eselon_id: str = ""
    jenis_jabatan: str
    jabatan_fungsional_id: str = ""
    jabatan_fungsional_umum_id: str = ""
    sub_jabatan_id: str = ""
    jenis_mutasi_id: Literal["MJ", "MU"]
    jenis_penugasan_id: str = "D"
    nomor_sk: str
    tanggal_sk: Day
    tmt_jabatan: Day
    tmt_mutasi: Day
    tmt_pelantikan: Day


class CreditSave(Payload):
    """Credit points (*angka kredit*); the months and years of their period are misspelt in the contract."""

    PATH: ClassVar[str] = "/angkakredit/save"
    MAPPED: ClassVar[str] = "rwAngkaKreditId"

    pns_id: str
    rw_jabatan_id: str
    nomor_sk: str
    tanggal_sk: Day
    first_month: str = Field(serialization_alias="bulanMulaiPenailan")
    first_year: str = Field(serialization_alias="tahunMulaiPenailan")
    last_month: str = Field(serialization_alias="bulanSelesaiPenailan")
    last_year: str = Field(serialization_alias="tahunSelesaiPenailan")
    kredit_utama_baru: str
    kredit_penunjang_baru: str
    kredit_baru_total: str
    is_angka_kredit_pertama: str = "0"
    is_integrasi: str = "0"
    is_konversi: str = "0"


class PeriodicPerformanceSave(Payload):
    """An evaluation within the year (*kinerja periodik*)."""

    PATH: ClassVar[str] = "/kinerjaperiodik/save"
    MAPPED: ClassVar[str] = "rwKinerjaPeriodikId"

    pns_dinilai_id: str
    tahun: str
    periodik_id: str
    koefisien_id: str
    bulan_mulai_penilaian: str
    tahun_mulai_penilaian: str
    bulan_selesai_penilaian: str
    tahun_selesai_penilaian: str
    hasil_kinerja_nilai: str
    perilaku_kerja_nilai: str
    kuadran_kinerja_nilai: str
    penilai_nip_nrp: str
    penilai_nama: str
    penilai_jabatan_nama: str
    penilai_golongan: str
    penilai_unor_nama: str
    status_penilai: str = "ASN"


class AnnualPerformanceSave(Payload):
    """The evaluation of a year (*SKP*, PermenPANRB 6/2022)."""

    PATH: ClassVar[str] = "/skp22/save"
    MAPPED: ClassVar[str] = "rwSkpId"

    pns_dinilai_orang: str
    tahun: str
    hasil_kinerja_nilai: str
    perilaku_kerja_nilai: str
    kuadran_kinerja_nilai: str
    penilai_nip_nrp: str
    penilai_nama: str
    penilai_jabatan: str
    penilai_golongan: str
    penilai_unor_nama: str
    status_penilai: str = "ASN"


class DisciplineSave(Payload):
    """A disciplinary measure (*hukuman disiplin*). The same day is spelt another way when it is read."""

    PATH: ClassVar[str] = "/hukdis/save"
    MAPPED: ClassVar[str] = "rwHukdisId"

    pns_orang_id: str
    jenis_hukuman_id: str
    jenis_tingkat_hukuman_id: str
    alasan_hukuman_disiplin_id: str
    kedudukan_hukum_id: str
    golongan_id: str = ""
    golongan_lama: str = ""
    hukuman_tanggal: Day
    akhir_hukuman_tanggal: Day
    masa_tahun: str = "0"
    masa_bulan: str = "0"
    nomor_pp: str
    sk_nomor: str
    sk_tanggal: Day
    sk_pembatalan_nomor: str = ""
    sk_pembatalan_tanggal: str = ""
    hukdis_yang_diberhentikan_id: str = ""
    keterangan: str = ""


class AwardSave(Payload):
    """An award (*penghargaan*)."""

    PATH: ClassVar[str] = "/penghargaan/save"
    MAPPED: ClassVar[str] = "rwPenghargaanId"

    pns_orang_id: str
    harga_id: str
    tahun: str
    sk_nomor: str
    sk_date: Day


class TalentMappingSave(BaseModel):
    """A box of the nine (*pemetaan talenta*). One source only: sent where the installation says so."""

    PATH: ClassVar[str] = "/tm/talentmapping-save"

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    pns_id: str
    box: str
    sumbu_x: str
    sumbu_y: str
    total_sumbu: str

    def body(self) -> dict[str, Any]:
        """The JSON object that is sent."""
        return self.model_dump(mode="json")
