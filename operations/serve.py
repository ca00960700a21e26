"""Serving pages and API with uvicorn."""

from __future__ import annotations

import uvicorn

from api.app import create_app
from installation import Installation
from settings import Settings
from web.site import create_site


def serve(settings: Settings) -> int:
    """Serve until told to stop; 0 after an orderly end."""
    installation = Installation(settings)
    try:
        app = create_site(create_app(installation), settings.document_limit_mb * 2**20)
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            log_level=settings.log_level.lower(),
            access_log=False,
            server_header=False,
            # Behind a reverse proxy the caller's address is the proxy's word, and only if it is local.
            forwarded_allow_ips="127.0.0.1",
            timeout_graceful_shutdown=10,
        )
    finally:
        installation.close()
    return 0
