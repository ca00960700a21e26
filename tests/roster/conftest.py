"""A small city and its files, made once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from roster.generator import Agency, generate_agency
from roster.workbook import Cell


@pytest.fixture(scope="session")
def agency() -> Agency:
    return generate_agency(people=200)


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "berkas.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def xlsx_file(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: list[Cell]) -> Path:
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
        path = tmp_path / "berkas.xlsx"
        book.save(path)
        return path

    return write
