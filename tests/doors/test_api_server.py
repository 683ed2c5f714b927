"""The inbox API as it is really served: a stream that is open does not hold up the end of the server."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest

from outreach.web.server import Server, server_config
from tests.conftest import sqlite_store
from tests.doors.api_world import ApiWorld


@pytest.mark.slow
def test_an_open_stream_ends_cleanly_with_the_server(tmp_path: Path) -> None:
    api = ApiWorld(sqlite_store(tmp_path), limits={"poll_seconds": 5.0})
    message = api.warn()
    server = Server(server_config(api.app, "127.0.0.1", 0))
    server.on_end = api.end_streams
    runner = threading.Thread(target=server.run)
    runner.start()
    while not server.started:
        runner.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    seen: list[str] = []
    with (
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http,
        http.stream("GET", "/v1/inbox/changes", headers=api.headers()) as stream,
    ):
        for line in stream.iter_lines():  # to its end: a connection that broke off would raise
            seen.append(line)
            server.should_exit = server.should_exit or line.startswith("data: ")
    runner.join(timeout=30)
    api.store.close()

    assert not runner.is_alive()
    assert any(message in line for line in seen)
