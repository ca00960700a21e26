"""Serving pages and API with uvicorn."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.live import head_of
from installation import Installation
from settings import Settings
from web.site import create_site


class Server(uvicorn.Server):
    """Ends the streams of news before it waits for answers to be complete: of themselves they never are."""

    def __init__(self, config: uvicorn.Config, api: FastAPI) -> None:
        super().__init__(config)
        self._api = api

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        head_of(self._api).close()
        await super().shutdown(sockets)


def serve(settings: Settings) -> int:
    """Serve until told to stop; 0 after an orderly end."""
    installation = Installation(settings)
    try:
        api = create_app(installation)
        app = create_site(api, settings.document_limit_mb * 2**20)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_level=settings.log_level.lower(),
            access_log=False,
            server_header=False,
            # Behind a reverse proxy the caller's address is the proxy's word.
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_graceful_shutdown=10,
        )
        Server(config, api).run()
    finally:
        installation.close()
    return 0
