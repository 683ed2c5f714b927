"""What is not a valid answer link: a plain page, the safe headers, and no trace of anybody."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.token import Purpose
from outreach.web.page import HEADERS
from tests.doors.web_world import FORM, MESSAGE, NOW, PERSON, WORDS, MemoryFeedback, client, page_facts, token

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
segments = st.text(st.characters(codec="utf-8"), min_size=1, max_size=120).filter(
    lambda s: s not in {".", ".."}
)


@given(method=st.sampled_from(METHODS), path=segments, body=st.binary(max_size=200))
def test_no_garbage_makes_a_server_error(method: str, path: str, body: bytes) -> None:
    feedback = MemoryFeedback()
    page = client(feedback).request(method, f"/a/{quote(path, safe='')}", content=body, headers=FORM)
    assert page.status_code in {404, 405}
    assert feedback.answers == []


@given(place=st.integers(0, 75), char=st.sampled_from("Aa0_-.~é"), method=st.sampled_from(["GET", "POST"]))
def test_a_token_that_was_touched_opens_nothing(place: int, char: str, method: str) -> None:
    text = token()
    touched = text[:place] + char + text[place + 1 :]
    feedback = MemoryFeedback()
    web = client(feedback)
    page = web.request(method, f"/a/{quote(touched)}", content=b"answer=help_me", headers=FORM)
    assert touched == text or (page.status_code == 404 and feedback.evidence == [])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_expired_token_says_gone_and_records_nothing(method: str) -> None:
    feedback = MemoryFeedback()
    old = token(expires_at=NOW - timedelta(seconds=1))
    page = client(feedback).request(method, f"/a/{old}", content=b"answer=help_me", headers=FORM)
    assert page.status_code == 410
    assert "This page has expired" in page.text
    assert (feedback.evidence, feedback.answers) == ([], [])


@pytest.mark.parametrize(
    "changes",
    [{"message": "99" * 16}, {"purpose": Purpose.UNSUBSCRIBE}, {"person": "11" * 16}],
    ids=["forgotten message", "other purpose", "other person"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_signed_token_for_something_else_opens_nothing(method: str, changes: dict[str, str]) -> None:
    feedback = MemoryFeedback()
    page = client(feedback).request(method, f"/a/{token(**changes)}", content=b"answer=help_me", headers=FORM)
    assert page.status_code == 404
    assert feedback.answers == []


@pytest.mark.parametrize(
    ("wish", "lang"),
    [
        ("ar-EG,en;q=0.5", "ar"),
        ("cy;q=0.9, hi;q=0.8", "hi"),
        ("cy, es;q=0.3", "es"),
        ("zh-CN", "zh-Hans"),
        ("tlh", "en"),
        ("", "en"),
        (";;q=x,,q=1\u00ff" * 200, "en"),
    ],
)
def test_a_closed_page_speaks_the_browsers_language(wish: str, lang: str) -> None:
    page = client(MemoryFeedback()).get("/a/nothing", headers={"Accept-Language": wish.encode("latin-1")})
    assert f'<html lang="{lang}" dir="{WORDS[lang].texts["direction"]}">' in page.text
    assert WORDS[lang].texts["closed.verify"] in page.text


def every_kind_of_response() -> list[tuple[str, object]]:
    good, broken = client(MemoryFeedback()), client(MemoryFeedback(is_broken=True))
    return [
        ("200", good.get(f"/a/{token()}")),
        ("200 head", good.request("HEAD", f"/a/{token()}")),
        ("200 post", good.post(f"/a/{token()}", data={"answer": "help_me"})),
        ("400", good.post(f"/a/{token()}")),
        ("403", good.post(f"/a/{token()}", headers={"Sec-Fetch-Site": "cross-site"})),
        ("404", good.get("/a/x")),
        ("404 elsewhere", good.get("/")),
        ("404 slash", good.get(f"/a/{token()}/")),
        ("405", good.request("DELETE", f"/a/{token()}")),
        ("410", good.get(f"/a/{token(expires_at=NOW)}")),
        ("500", broken.get(f"/a/{token()}")),
        ("200 health", good.get("/healthz")),
    ]


def test_every_response_carries_the_safe_headers_and_no_cookie() -> None:
    for name, response in every_kind_of_response():
        assert response.status_code == int(name[:3]), name
        assert {h: response.headers.get(h) for h in HEADERS} == HEADERS, name
        assert "set-cookie" not in response.headers, name


def test_the_policy_lets_nothing_load_or_run() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert not any(word in policy for word in ("unsafe", "script", "http", "*"))


def test_no_page_and_no_log_line_holds_a_token_an_id_or_a_name(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pages = [response.text for _, response in every_kind_of_response()]
    # httpx is the test's own browser: it logs the addresses that it asks for.
    lines = [r.getMessage() + str(r.exc_info) for r in caplog.records if not r.name.startswith("httpx")]
    for secret in (token(), token().split(".")[2], MESSAGE, PERSON):
        assert not any(secret in text for text in [*pages, *lines])


def test_what_the_firm_is_called_cannot_break_the_page() -> None:
    feedback = MemoryFeedback(facts=page_facts(firm='<script>"$reference', reference="<b>"))
    page = client(feedback).get(f"/a/{token()}").text
    assert "<script" not in page
    assert "<b>" not in page


@pytest.mark.parametrize("locale", sorted(WORDS))
def test_each_language_shows_and_thanks_in_its_own_direction(locale: str) -> None:
    feedback = MemoryFeedback(facts=page_facts(locale=locale))
    web = client(feedback)
    shown, thanked = web.get(f"/a/{token()}"), web.post(f"/a/{token()}", data={"answer": "stop_transfer"})
    texts = WORDS[locale].texts
    assert f'lang="{locale}" dir="{"rtl" if locale in ("ar", "fa", "ur") else "ltr"}"' in shown.text
    assert texts["answers.stop_transfer"] in shown.text
    assert texts["next.stop_asked"] in thanked.text
    assert "$" not in shown.text + thanked.text


def test_a_locale_nobody_wrote_is_spoken_in_the_default() -> None:
    feedback = MemoryFeedback(facts=replace(page_facts(), locale="sv-SE"))
    assert '<html lang="en"' in client(feedback).get(f"/a/{token()}").text
