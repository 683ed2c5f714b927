"""Serving the answer page: one process, and no line that holds an address."""

from __future__ import annotations

import socket
from collections.abc import Callable

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


class Server(uvicorn.Server):
    """A server that tells who holds connections open that it ends."""

    on_end: Callable[[], None] | None = None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what streams before waiting for what is under way."""
        if self.on_end is not None:
            self.on_end()
        await super().shutdown(sockets)


def serve(app: Starlette, host: str, port: int, on_end: Callable[[], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; `on_end` is called when it begins to end.

    TLS is the proxy's before it; it, too, must not log paths.
    """
    server = Server(server_config(app, host, port))
    server.on_end = on_end
    server.run()
