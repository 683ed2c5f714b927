"""Serving the answer page: one process, and no line that holds an address."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette


def server_config(app: Starlette, host: str, port: int) -> uvicorn.Config:
    """How uvicorn runs the page: no access log (the path is the token), no server banner."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http="h11",
        access_log=False,
        proxy_headers=False,  # who connects decides whether to believe what it says of others: addresses.py
        server_header=False,
        lifespan="off",
        log_config=None,  # what it logs goes the way of every library's words: who and where
        timeout_keep_alive=5,
        timeout_graceful_shutdown=10,
        limit_concurrency=200,
    )


def serve(app: Starlette, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. TLS is the proxy's before it; it, too, must not log paths."""
    uvicorn.Server(server_config(app, host, port)).run()
