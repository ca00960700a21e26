"""The words of notices, in both languages. Nothing personal: how much waits, until when, where to look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape

from babel.dates import format_date

from integrations.channels import Letter

LANGUAGES = ("id", "en")


@dataclass(frozen=True)
class Waiting:
    """What a letter tells: new tasks, reminders, news of cases; and of a digest how many tasks wait in all,
    how many are overdue, and by when the first is due (local date).
    """

    new: int = 0
    reminders: int = 0
    cases: int = 0
    in_all: int = 0
    overdue: int = 0
    first_due: date | None = None

    @property
    def is_nothing(self) -> bool:
        return not (self.new or self.reminders or self.cases or self.in_all)


WORDS = {
    "id": {
        "new": "{} tugas baru menunggu Anda.",
        "reminders": "{} tugas Anda mendekati atau melewati tenggat.",
        "cases": "{} perkara yang menyangkut Anda berubah.",
        "in_all": "{} tugas menunggu Anda seluruhnya.",
        "overdue": "{} di antaranya lewat tenggat.",
        "first_due": "Tenggat terdekat: {}.",
        "subject": "Jenjang: ada yang menunggu Anda",
        "digest": "Jenjang: ringkasan hari ini",
        "open": "Buka setelah masuk:",
        "why": "Anda menerima pesan ini karena memintanya. Ubah atau hentikan:",
        "code_subject": "Jenjang: kode konfirmasi",
        "code": "Kode konfirmasi alamat ini: {}",
        "code_why": "Berlaku 30 menit. Bila Anda tidak memintanya, abaikan pesan ini.",
    },
    "en": {
        "new": "New tasks waiting for you: {}.",
        "reminders": "Tasks of yours close to or past their due date: {}.",
        "cases": "Cases that concern you and have changed: {}.",
        "in_all": "Tasks waiting for you in all: {}.",
        "overdue": "Of those overdue: {}.",
        "first_due": "The first is due on {}.",
        "subject": "Jenjang: something waits for you",
        "digest": "Jenjang: today's digest",
        "open": "Open it after signing in:",
        "why": "You get this message because you asked for it. Change or stop it:",
        "code_subject": "Jenjang: confirmation code",
        "code": "Confirmation code of this address: {}",
        "code_why": "It holds for 30 minutes. If you did not ask for it, ignore this message.",
    },
}


def notice(waiting: Waiting, language: str, address: str, *, digest: bool) -> Letter:
    """The letter about what waits. `address` is that of the pages."""
    words = WORDS[language]
    told = [
        words[name].format(getattr(waiting, name))
        for name in ("new", "reminders", "cases", "in_all", "overdue")
        if getattr(waiting, name)
    ]
    if waiting.first_due is not None:
        told.append(words["first_due"].format(format_date(waiting.first_due, "full", locale=language)))
    links = [(words["open"], f"{address}/"), (words["why"], f"{address}/pemberitahuan")]
    return _letter(words["digest" if digest else "subject"], told, links, language)


def code_letter(code: str, language: str) -> Letter:
    """The letter with which an address is confirmed."""
    words = WORDS[language]
    return _letter(words["code_subject"], [words["code"].format(code), words["code_why"]], [], language)


def _letter(subject: str, told: list[str], links: list[tuple[str, str]], language: str) -> Letter:
    text = "\n".join([*told, "", *(f"{words} {where}" for words, where in links)]).strip() + "\n"
    said = [f"<p>{escape(line)}</p>" for line in told]
    said += [f'<p>{escape(words)} <a href="{escape(to)}">{escape(to)}</a></p>' for words, to in links]
    head = f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{escape(subject)}</title>'
    return Letter(subject, text, f"{head}{''.join(said)}</html>")
