"""The units of a synthetic city of the shape of Kota Serang: 33 below the city, the rest below those."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from roster.units import UnitRow

CITY = "3673"
CITY_NAME = "Pemerintah Kota Serang"
PERSONNEL_AGENCY = "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia"
INSPECTORATE = "Inspektorat"
REGIONAL_SECRETARIAT = "Sekretariat Daerah"
COUNCIL_SECRETARIAT = "Sekretariat DPRD"
EDUCATION_OFFICE = "Dinas Pendidikan dan Kebudayaan"
HEALTH_OFFICE = "Dinas Kesehatan"
HOSPITAL = "Rumah Sakit Umum Daerah Kota Serang"

_DIVISIONS = """
Sekretariat Daerah: Tata Pemerintahan; Hukum; Organisasi
Sekretariat DPRD: Persidangan; Perundang-undangan; Hubungan Masyarakat
Inspektorat: Wilayah I; Wilayah II; Wilayah III
Dinas Pendidikan dan Kebudayaan: Sekolah Dasar; Sekolah Menengah Pertama; Kebudayaan
Dinas Kesehatan: Kesehatan Masyarakat; Pelayanan Kesehatan; Sumber Daya Kesehatan
Dinas Pekerjaan Umum dan Penataan Ruang: Bina Marga; Sumber Daya Air; Penataan Ruang
Dinas Perumahan Rakyat dan Kawasan Permukiman: Perumahan; Permukiman; Pertanahan
Satuan Polisi Pamong Praja: Ketertiban Umum; Penegakan Perda; Pelindungan Masyarakat
Dinas Sosial: Rehabilitasi Sosial; Jaminan Sosial; Pemberdayaan Sosial
Dinas Tenaga Kerja dan Transmigrasi: Pelatihan Kerja; Hubungan Industrial; Transmigrasi
Dinas Pemberdayaan Perempuan, Perlindungan Anak dan Keluarga Berencana: Perempuan; Anak; Keluarga
Dinas Ketahanan Pangan, Pertanian dan Perikanan: Ketahanan Pangan; Pertanian; Perikanan
Dinas Lingkungan Hidup: Tata Lingkungan; Pengelolaan Sampah; Pengendalian Pencemaran
Dinas Kependudukan dan Pencatatan Sipil: Pendaftaran Penduduk; Pencatatan Sipil; Pemanfaatan Data
Dinas Perhubungan: Lalu Lintas; Angkutan; Keselamatan
Dinas Komunikasi dan Informatika: Informasi Publik; Aplikasi Informatika; Statistik dan Persandian
Dinas Koperasi, Usaha Kecil Menengah, Perindustrian dan Perdagangan: Koperasi; Industri; Perdagangan
Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu: Penanaman Modal; Perizinan; Pengaduan
Dinas Kepemudaan, Olahraga dan Pariwisata: Kepemudaan; Olahraga; Pariwisata
Dinas Perpustakaan dan Kearsipan: Perpustakaan; Kearsipan; Pembudayaan Membaca
Badan Perencanaan Pembangunan Daerah: Ekonomi; Prasarana Wilayah; Evaluasi Pembangunan
Badan Pengelolaan Keuangan dan Aset Daerah: Anggaran; Perbendaharaan; Aset
Badan Pendapatan Daerah: Pajak Daerah; Penagihan; Pendataan
Badan Kepegawaian dan Pengembangan Sumber Daya Manusia: Mutasi dan Promosi; Kompetensi; Kinerja
Badan Kesatuan Bangsa dan Politik: Ideologi; Politik Dalam Negeri; Kewaspadaan Nasional
Badan Penanggulangan Bencana Daerah: Pencegahan; Kedaruratan; Rekonstruksi
Rumah Sakit Umum Daerah Kota Serang: Pelayanan Medik; Keperawatan; Penunjang
"""

_VILLAGES = """
Serang: Cimuncang; Cipare; Kaligandu; Kota Baru; Kagungan; Lontar Baru; Lopang; Sumur Pecung; Unyur
Cipocok Jaya: Banjaragung; Banjarsari; Cipocok Jaya; Dalung; Gelam; Karundang; Panancangan; Tembong
Curug: Cilaku; Cipete; Curug; Curugmanis; Kamanisan; Pancalaksana; Sukajaya; Sukalaksana; Tinggar
Kasemen: Banten; Bendung; Kasemen; Kasunyatan; Kilasah; Margaluyu; Masjid Priyayi; Sawah Luhur; Terumbu
Taktakan: Cibendung; Cilowong; Drangong; Kuranji; Lialang; Pancur; Panggungjati; Sayar; Sepang; Taktakan
Walantaka: Cigoong; Kalodran; Kapuren; Kiara; Lebakwangi; Nyapah; Pabuaran; Pasuluhan; Pipitan; Teritih
"""


def _listed(text: str) -> dict[str, tuple[str, ...]]:
    named = (line.split(": ") for line in text.strip().splitlines())
    return {name: tuple(parts.split("; ")) for name, parts in named}


DIVISIONS = _listed(_DIVISIONS)
DISTRICTS = _listed(_VILLAGES)

_PEOPLE_PER_SCHOOL = 36
_FEWEST_SCHOOLS, _MOST_SCHOOLS = 8, 250
_PEOPLE_PER_CLINIC = 560
_FEWEST_CLINICS, _MOST_CLINICS = 4, 16
_PRIMARY_SCHOOLS_IN_TEN = 9


@dataclass(frozen=True, slots=True)
class Office:
    """A unit directly below the city with what its posts are named after; `unit` is its row."""

    unit: UnitRow
    head_title: str
    is_district: bool
    parts: tuple[UnitRow, ...]


def generate_offices(people: int) -> tuple[Office, ...]:
    """The 33 units below the city with their parts: divisions, villages, schools and clinics.

    Schools and clinics grow with the number of people; all else is fixed.
    """
    offices = []
    names = [*DIVISIONS, *(f"Kecamatan {district}" for district in DISTRICTS)]
    for number, name in enumerate(names, 1):
        unit = UnitRow(f"{CITY}.{number:02d}", name, CITY)
        parts = tuple(
            UnitRow(f"{unit.unit_id}.{part:03d}", part_name, unit.unit_id)
            for part, part_name in enumerate(_parts(name, people), 1)
        )
        offices.append(Office(unit, _head_title(name), name not in DIVISIONS, parts))
    return tuple(offices)


def units_of(offices: tuple[Office, ...]) -> tuple[UnitRow, ...]:
    """All rows, parents before children."""
    top = (UnitRow(CITY, CITY_NAME, None), *(office.unit for office in offices))
    return (*top, *(part for office in offices for part in office.parts))


def _head_title(name: str) -> str:
    if name == REGIONAL_SECRETARIAT:
        return "Sekretaris Daerah"
    if name == INSPECTORATE:
        return "Inspektur"
    return name.replace("Kecamatan", "Camat") if name.startswith("Kecamatan") else f"Kepala {name}"


def _parts(name: str, people: int) -> Iterator[str]:
    if name not in DIVISIONS:
        yield from (f"Kelurahan {village}" for village in DISTRICTS[name.removeprefix("Kecamatan ")])
        return
    yield f"Sekretariat {name}"
    yield from (_division(name, subject) for subject in DIVISIONS[name])
    if name == EDUCATION_OFFICE:
        yield from _schools(min(max(people // _PEOPLE_PER_SCHOOL, _FEWEST_SCHOOLS), _MOST_SCHOOLS))
    if name == HEALTH_OFFICE:
        clinics = min(max(people // _PEOPLE_PER_CLINIC, _FEWEST_CLINICS), _MOST_CLINICS)
        villages = [village for named in zip(*DISTRICTS.values(), strict=False) for village in named]
        yield from (f"UPTD Puskesmas {village}" for village in villages[:clinics])


def _division(office: str, subject: str) -> str:
    if office == INSPECTORATE:
        return f"Inspektorat Pembantu {subject}"
    kind = "Bagian" if office in (REGIONAL_SECRETARIAT, COUNCIL_SECRETARIAT) else "Bidang"
    return f"{kind} {subject} {office}"


def _schools(count: int) -> Iterator[str]:
    districts = tuple(DISTRICTS)
    secondary = 0
    for number in range(1, count + 1):
        if number % 10 < _PRIMARY_SCHOOLS_IN_TEN:
            yield f"SD Negeri {districts[number % len(districts)]} {number}"
        else:
            secondary += 1
            yield f"SMP Negeri {secondary} Kota Serang"
