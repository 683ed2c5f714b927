"""The page as it is really served: over a socket, without a trace of the token."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn

from outreach.web import create_app
from outreach.web.page import HEADERS
from outreach.web.server import server_config
from tests.doors.web_world import KEYS, NOW, WORDS, MemoryFeedback, token


@contextmanager
def served(feedback: MemoryFeedback) -> Iterator[str]:
    config = server_config(create_app(feedback, lambda: NOW, KEYS, WORDS), "127.0.0.1", 0)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        runner = threading.Thread(target=server.run, args=([listener],))
        runner.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            runner.join(timeout=10)


def test_the_server_is_told_to_log_no_address() -> None:
    config = server_config(create_app(MemoryFeedback(), lambda: NOW, KEYS, WORDS), "127.0.0.1", 0)
    assert config.access_log is False
    assert config.proxy_headers is False  # or whoever connects from here could say who it is
    assert logging.getLogger("uvicorn.access").handlers == []


def test_a_served_page_answers_once_and_no_output_holds_the_token(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    feedback = MemoryFeedback()
    with served(feedback) as address, httpx.Client(base_url=address, timeout=10) as browser:
        assert browser.head(f"/a/{token()}").content == b""
        browser.post(f"/a/{token()}", data={"answer": "help_me"}, headers={"Origin": address})
        assert "You have already answered" in browser.get(f"/a/{token()}").text
        feedback.is_broken = True
        failed = browser.get(f"/a/{token()}")
    assert failed.status_code == 500
    assert {h: failed.headers.get(h) for h in HEADERS} == HEADERS
    assert "server" not in failed.headers
    assert len(feedback.answers) == 1
    seen = capfd.readouterr()
    lines = [r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    assert not any(token() in text for text in [seen.out, seen.err, *lines])
