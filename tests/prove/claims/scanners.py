"""Named scanners, previews and prefetchers, modelled on what is documented of them, answer nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle, islice

import httpx
from sqlalchemy import select, update

from outreach.domain.answer import Answer, Grade
from outreach.domain.opened import Opener
from outreach.store.tables import acknowledgments, evidence, messages, outreaches
from outreach.wiring.house import House, open_house
from tests.prove.claims.get_never_answers import links, served
from tests.prove.counting import count
from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv

PEOPLE = 12
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
PREVIEW = "facebookexternalhit/1.1 Facebot Twitterbot/1.0"


@dataclass(frozen=True, slots=True)
class Scanner:
    """One machine: its name, its requests for each link, whether it says or shows what it is."""

    name: str
    requests: tuple[tuple[str, str], ...]  # method, and what stands behind the link
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    is_open: bool = False  # gives its name, or behaves as no browser does


GET, HEAD = ("GET", ""), ("HEAD", "")
GUESSES = tuple(("GET", f"?answer={answer}") for answer in Answer)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SCANNERS = (
    Scanner("Proofpoint URL Defense", (HEAD, GET), {"User-Agent": CHROME}, is_open=True),
    Scanner("Mimecast", (HEAD, GET), {"User-Agent": "Mimecast URL Protect/1.0"}, is_open=True),
    Scanner("Barracuda", (GET, GET), {"User-Agent": "BarracudaCentral/1.0"}, is_open=True),
    Scanner("Microsoft Defender Safe Links", (GET, GET), {"User-Agent": CHROME}),
    Scanner("Google image proxy", (GET,), {"User-Agent": "via ggpht.com GoogleImageProxy"}, is_open=True),
    Scanner("Apple Mail Privacy Protection", (GET,), {"User-Agent": "Mozilla/5.0"}),
    Scanner(
        "Slack preview",
        (GET,),
        {"User-Agent": "Slackbot-LinkExpanding 1.0", "Range": "bytes=0-32768"},
        is_open=True,
    ),
    Scanner("WhatsApp preview", (GET,), {"User-Agent": "WhatsApp/2.24.20 A"}, is_open=True),
    Scanner("iMessage preview", (GET,), {"User-Agent": f"{IPHONE} {PREVIEW}"}, is_open=True),
    Scanner("Telegram preview", (GET,), {"User-Agent": "TelegramBot (like TwitterBot)"}, is_open=True),
    Scanner(
        "Outlook prefetch",
        (("OPTIONS", ""), HEAD, GET),
        {"User-Agent": "Microsoft Office/16.0"},
        is_open=True,
    ),
    Scanner(
        "Chrome prerender", (GET,), {"User-Agent": CHROME, "Sec-Purpose": "prefetch;prerender"}, is_open=True
    ),
    Scanner("Safari preview", (GET,), {"User-Agent": IPHONE, "X-Purpose": "preview"}, is_open=True),
    Scanner("Firefox prefetch", (GET,), {"User-Agent": CHROME, "X-Moz": "prefetch"}, is_open=True),
    Scanner("a guesser of answers", GUESSES, {"User-Agent": CHROME}),
    Scanner("a poster of nothing", (("POST", ""), ("PUT", ""), ("PATCH", "")), FORM, b""),
    Scanner("a poster of the address", (("POST", "?answer=help_me"),), FORM, b""),
    Scanner(
        "a poster of JSON", (("POST", ""),), {"Content-Type": "application/json"}, b'{"answer":"help_me"}'
    ),
    Scanner("an overriding method", (GET,), {"X-HTTP-Method-Override": "POST", "User-Agent": CHROME}),
    Scanner("a post ahead of a person", (("POST", ""),), FORM | {"Purpose": "prefetch"}, b"answer=help_me"),
)
LABELS = {opener.value for opener in Opener} - {Opener.PAGE.value}
OPEN = tuple(scanner for scanner in SCANNERS if scanner.is_open)


def run(ground: Ground) -> dict[str, Figure]:
    """At least `ground.n` requests by every scanner in turn over every link; then one person presses.

    Each machine that shows what it is then opens a link of its own, long after the message came.
    """
    workspace = a_workspace(ground.place("web"), ground.root, "sqlite:///outreach.db")
    write_csv(workspace / "feeds" / "1.csv", people(PEOPLE + len(OPEN), warned_facts(ground.root)))
    house = open_house(workspace)
    house.migrate()
    house.intake.run()
    house.dispatch.run()
    every = links(house)
    paths, own = every[:PEOPLE], every[PEOPLE:]
    with served(workspace) as page:
        codes = Counter(page_of(page, *one) for one in islice(cycle(requests(paths)), ground.n))
        answered = count(house.store, acknowledgments)
        ended = count(house.store, outreaches, outreaches.c.state == "closed")
        human = count(house.store, evidence, evidence.c.grade != Grade.MACHINE_OPENED.value)
        fetched, unlabelled = _fetched_late(house, page, own)
        page.post(paths[0], data={"answer": "help_me"}).raise_for_status()
    after = count(house.store, acknowledgments)
    of = f"requests by {len(SCANNERS)} kinds of scanners to {len(paths)} links"
    house.store.close()
    return {
        "acknowledgments": Figure(answered, ground.n, of),
        "climbs ended": Figure(ended, ground.n, of),
        "signs of a person": Figure(human, ground.n, of),
        "pages shown": Figure(codes[200], ground.n, of),
        "server errors": Figure(sum(n for code, n in codes.items() if code >= 500), ground.n, of),
        "not labelled a machine's": Figure(
            unlabelled, fetched, "signs left by machines an hour after the message"
        ),
        "acknowledgments left": Figure(after, 1, "person who pressed"),
    }


def requests(paths: list[str]) -> Iterator[tuple[Scanner, str, str]]:
    """Each scanner goes over all links, one after the other, within seconds."""
    for scanner in SCANNERS:
        for path in paths:
            for method, behind in scanner.requests:
                yield scanner, method, path + behind


def page_of(page: httpx.Client, scanner: Scanner, method: str, path: str) -> int:
    """The status that this request was answered with."""
    return page.request(method, path, headers=scanner.headers, content=scanner.body).status_code


def _fetched_late(house: House, page: httpx.Client, own: list[str]) -> tuple[int, int]:
    """The signs of machines that came an hour after the message, each to its own link; how many look human.

    Within seconds of the arrival every fetch is a machine's; later only what it says and does can tell.
    """
    with house.store.begin() as tx:
        tx.connection.execute(update(messages).values(status_at=house.clock() - timedelta(hours=1)))
    earlier = _sources(house)
    for scanner, path in zip(OPEN, own, strict=True):
        for method, behind in scanner.requests:
            page_of(page, scanner, method, path + behind)
    late = _sources(house) - earlier
    return late.total(), sum(n for source, n in late.items() if source not in LABELS)


def _sources(house: House) -> Counter[str]:
    with house.store.read() as tx:
        return Counter(tx.connection.execute(select(evidence.c.source)).scalars())
