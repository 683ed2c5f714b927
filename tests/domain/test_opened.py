"""Who opened a page: a machine is called one, by what it says and by when it comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.opened import AT_ONCE, SAME_SIGN, Opener, Sign, opener, placed
from tests.build import NOW

LONG_AGO = NOW - timedelta(hours=1)
PHONES = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
    " Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.0.0"
    " Mobile Safari/537.36 GSA/15",
    "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "",
]


def a_sign(message: str = "m", source: Opener = Opener.PAGE, seconds: float = 2) -> Sign:
    return Sign(message, "machine_opened", source.value, NOW - timedelta(seconds=seconds))


@pytest.mark.parametrize("agent", PHONES)
def test_an_ordinary_browser_is_not_called_a_machine(agent: str) -> None:
    assert opener("GET", {"user-agent": agent}) is Opener.PAGE
    assert placed(Opener.PAGE, "m", LONG_AGO, [], NOW) is Opener.PAGE


@pytest.mark.parametrize(
    "agent",
    [
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "WhatsApp/2.24.1 A",
        "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
        "Mozilla/5.0 (compatible; Googlebot/2.1)",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro)",
        "BarracudaCentral/1.0",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0",
        "curl/8.5.0",
    ],
)
def test_what_gives_its_name_is_called_by_it(agent: str) -> None:
    assert opener("GET", {"user-agent": agent}) is Opener.SCANNER


@pytest.mark.parametrize(
    "headers",
    [
        {"purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"sec-purpose": "prefetch;anonymous-client-ip"},
        {"x-purpose": "preview"},
        {"x-moz": "prefetch"},
    ],
)
def test_what_is_fetched_ahead_of_a_person_is_no_person(headers: dict[str, str]) -> None:
    assert opener("GET", headers) is Opener.PREFETCH


def test_asking_whether_the_page_is_there_is_a_machines_way() -> None:
    assert opener("HEAD", {"user-agent": PHONES[0]}) is Opener.HEAD


def test_a_fetch_within_seconds_of_arrival_is_a_machines() -> None:
    assert placed(Opener.PAGE, "m", NOW - AT_ONCE / 2, [], NOW) is Opener.AT_ONCE
    assert placed(Opener.PAGE, "m", NOW - AT_ONCE, [], NOW) is Opener.PAGE


def test_a_fetch_right_after_a_head_is_the_same_machines() -> None:
    assert placed(Opener.PAGE, "m", LONG_AGO, [a_sign(source=Opener.HEAD)], NOW) is Opener.AFTER_HEAD
    assert placed(Opener.PAGE, "m", LONG_AGO, [a_sign(source=Opener.HEAD, seconds=61)], NOW) is Opener.PAGE


def test_several_links_of_a_person_within_seconds_are_a_machines() -> None:
    assert placed(Opener.PAGE, "m", LONG_AGO, [a_sign("another")], NOW) is Opener.SEVERAL
    assert placed(Opener.PAGE, "m", LONG_AGO, [a_sign("m")], NOW) is Opener.PAGE
    assert placed(Opener.PAGE, "m", LONG_AGO, [a_sign("another", seconds=11)], NOW) is Opener.PAGE


@given(
    found=st.sampled_from(Opener),
    age=st.integers(0, 10_000),
    signs=st.lists(st.builds(a_sign, st.sampled_from("mno"), st.sampled_from(Opener), st.floats(0, 100))),
)
def test_no_time_and_no_company_makes_a_machine_a_person(found: Opener, age: int, signs: list[Sign]) -> None:
    is_page = placed(found, "m", NOW - timedelta(seconds=age), signs, NOW) is Opener.PAGE
    assert found is Opener.PAGE or not is_page
    assert timedelta(0) < AT_ONCE < SAME_SIGN
