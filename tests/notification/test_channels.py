"""The operator's file of channels: what it may say, and that an error tells no secret of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from integrations.channels import MalformedChannels, channels
from tests.notification.conftest import a_channel


def written(folder: Path, content: Any) -> Path:
    file = folder / "channels.yaml"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_nothing_is_set_up_by_default() -> None:
    assert channels(None, None) == {}


@pytest.mark.parametrize(
    "content",
    [
        "- [",
        {"name": "x"},
        [a_channel(1, url="json://secret-token")],
        [a_channel(1, url="nosuchservice://secret-token/{address}")],
        [a_channel(1, labels={"id": "secret-token"})],
        [a_channel(1, pattern="(")],
        [a_channel(1), a_channel(1)],
        [a_channel(1) | {"more": "secret-token"}],
    ],
)
def test_a_file_that_is_wrong_is_refused_without_its_secrets(tmp_path: Path, content: Any) -> None:
    with pytest.raises(MalformedChannels) as refused:
        channels(None, written(tmp_path, content))
    assert "secret-token" not in str(refused.value)


def test_an_address_is_never_more_than_one_part_of_the_url(tmp_path: Path) -> None:
    found = channels(None, written(tmp_path, [a_channel(1, pattern=".*")]))["pesan"]
    assert "secret" not in repr(found)
    assert found.takes("a/b?c=d")
