"""The S3 service of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from tests.integrations.s3_service import S3Service


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_service(s3_endpoint: str, tmp_path: Path) -> S3Service:
    """The service with an empty bucket."""
    folder = tmp_path / "s3"
    folder.mkdir()
    return S3Service(s3_endpoint, folder)
