"""Reports of scams and words of self-harm: strangers' bodies, canaries, the page in Chromium, and whom no
machine writes to any more."""

from __future__ import annotations

import contextlib
import io
import random
from collections import Counter
from collections.abc import Sequence
from io import BytesIO

from PIL import Image
from sqlalchemy import func, select

from outreach.adapters.pictures import Shelf
from outreach.domain.scale import Channel
from outreach.domain.welfare import is_cry
from outreach.engine.welfare import Heard, listen
from outreach.store.database import Store
from outreach.store.tables import outreaches, report_files, reports
from outreach.store.welfare import resume
from tests.build import a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.conftest import sqlite_store
from tests.domain.test_welfare import CRIES, ORDINARY
from tests.doors.browser.report_pages import from_the_right, looked_at
from tests.doors.report_world import EVM, FILLED, ReportWorld, picture
from tests.engine.world import World
from tests.prove.figures import Figure, MissingPart
from tests.prove.ground import Ground
from tests.prove.strangers.parts import NoNode

CANARIES = ("CANARY-PLACE", "CANARY-WORDS", "canary@mail.example", "+34600999888")
LADDER = a_ladder(a_step(Channel.SMS), a_step(Channel.EMAIL), a_step(Channel.PUSH))
BOOK = a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=LADDER)))
SEED = 20261123


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` mutants of a form; a tenth as many people in mid-climb on each database."""
    return {**_hostile(ground), **_canaries(ground), **_welfare(ground), **_pages(ground)}


def _hostile(ground: Ground) -> dict[str, Figure]:
    dice = random.Random(SEED)
    world = ReportWorld(sqlite_store(ground.place("hostile")))
    world.limits = type(world.limits)(an_hour_anonymous=10**9)
    world.__post_init__()
    statuses: Counter[int] = Counter()
    doubled = before = 0
    for n in range(ground.n):
        form = world.form()
        body, kind = _mutant(dice, form)
        for _ in range(1 + n % 2):
            sent = world.browser.post("/report", content=body, headers={"Content-Type": kind})
            statuses[sent.status_code] += 1
        now = _count(world)
        doubled, before = doubled + max(0, now - before - 1), now
    with world.store.read() as tx:
        named = set(tx.connection.execute(select(report_files.c.name)).scalars())
    shown = [_kind_of(content) for content, _ in world.shelf.files.values()]
    world.store.close()
    of = "random mutants of a form, each second one sent twice"
    return {
        "server errors": Figure(sum(n for s, n in statuses.items() if s >= 500), ground.n, of),
        "mutants that are kept": Figure(before, ground.n, of),
        "forms that made two reports": Figure(doubled, ground.n, of),
        "files that are no PNG, JPEG or WebP": Figure(shown.count(""), len(shown), "files on the shelf"),
        "files without a report": Figure(
            len(world.shelf.files.keys() - named), len(shown), "files on the shelf"
        ),
    }


def _count(world: ReportWorld) -> int:
    with world.store.read() as tx:
        return int(tx.connection.execute(select(func.count()).select_from(reports)).scalar_one())


def _mutant(dice: random.Random, form: str) -> tuple[bytes, str]:
    """A whole form with a picture or two, spoilt in one to four places, or not at all."""
    pictures = [picture(dice.choice(("PNG", "JPEG", "WEBP"))) for _ in range(dice.randint(0, 2))]
    if dice.random() < 0.3:
        pictures.append(
            dice.choice(
                (b"GIF89a" + dice.randbytes(60), b"<svg/>", b"\x89PNG\r\n\x1a\n" + dice.randbytes(90))
            )
        )
    parts = [(name, value.encode()) for name, value in {**FILLED, "form": form, "where": EVM}.items()]
    body = b"".join(_part(name, value) for name, value in parts)
    body += b"".join(_part('pictures"; filename="a.png', each) for each in pictures) + b"--edge--\r\n"
    spoilt = bytearray(body)
    for _ in range(dice.choice((0, 0, 1, 2, 4))):
        at = dice.randrange(len(spoilt))
        match dice.randrange(4):
            case 0:
                spoilt[at] = dice.randrange(256)
            case 1:
                del spoilt[at : at + dice.randint(1, 40)]
            case 2:
                spoilt[at:at] = dice.randbytes(dice.randint(1, 40))
            case _:
                spoilt += spoilt[at : at + 200]
        spoilt = spoilt or bytearray(b"-")
    kind = dice.choice(("multipart/form-data; boundary=edge",) * 8 + ("multipart/form-data", "text/plain"))
    return bytes(spoilt), kind


def _part(name: str, value: bytes) -> bytes:
    return (
        b'--edge\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + value + b"\r\n"
    )


def _kind_of(content: bytes) -> str:
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as opened:
            opened.load()
            return str(opened.format)
    except Exception:
        return ""


def _canaries(ground: Ground) -> dict[str, Figure]:
    folder = ground.place("canaries")
    store = sqlite_store(folder)
    world = ReportWorld(store, shelf=Shelf(folder=folder / "reports"))
    log = io.StringIO()
    with contextlib.redirect_stdout(log):
        told = world.send(
            pictures=[picture("JPEG", exif=CANARIES[0])],
            words=f"{CANARIES[1]}, I want to kill myself, call {CANARIES[3]}",
            reach="email",
            reach_at=CANARIES[2],
            money_left="yes",
        )
        world.send(words=CANARIES[1], happened="none")
    with store.read() as tx:
        report = tx.connection.execute(select(reports.c.id)).scalars().one()
    given_out = b"".join(content for _, content in world.stage().pictures.of(report))
    store.close()
    if told.status_code != 200:
        raise RuntimeError(f"the canaries were not kept: {told.status_code}")
    read = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    found = sum(word.encode() in each for word in CANARIES for each in read)
    leaked = sum(word in log.getvalue() for word in CANARIES)
    clear = sum(_kind_of(each) != "" for each in read)
    return {
        "canaries readable at rest": Figure(found, len(CANARIES) * len(read), "canaries in files"),
        "canaries in pictures that agents take out": Figure(
            given_out.count(CANARIES[0].encode()), len(given_out), "bytes of pictures"
        ),
        "canaries in the log": Figure(leaked, len(CANARIES), "canaries"),
        "pictures in the clear at rest": Figure(clear, len(read), "files"),
    }


def _welfare(ground: Ground) -> dict[str, Figure]:
    heard = sum(is_cry(text) for _, text in CRIES)
    false = sum(is_cry(text) for _, text in ORDINARY)
    n = max(5, ground.n // 10)
    after, lifted = 0, 0
    with ground.stores() as stores:
        for store in stores.values():
            sent, more = _in_mid_climb(store, n)
            after, lifted = after + sent, lifted + more
    of = "people who cried in mid-climb, on both databases"
    return {
        "phrases of self-harm that are not heard": Figure(
            len(CRIES) - heard, len(CRIES), "phrases in 21 languages"
        ),
        "ordinary texts taken for a cry": Figure(false, len(ORDINARY), "ordinary texts"),
        "automatic messages after a cry": Figure(after, 2 * n, of),
        "messages once a person resumed": Figure(lifted, 2 * n, of),
    }


def _in_mid_climb(store: Store, n: int) -> tuple[int, int]:
    """What was sent to these people after they cried, and once somebody let it go on."""
    world = World(store, book=BOOK)
    world.flag(*(a_flag(f"user-{i}", identity=f"flag-{i}") for i in range(n)))
    world.dispatch().run()
    people = [row.person for row in world.rows(outreaches)]
    for person in people:
        with store.begin() as tx:
            listen(tx, Heard(person=person, source="report", text="I want to die"), world.clock())
    before = len(world.sent())
    _climb(world)
    after = len(world.sent()) - before
    for person in people:
        with store.begin() as tx:
            resume(tx, person, "spoke with them", "eva", world.clock())
    _climb(world)
    return after, len(world.sent()) - before - after


def _climb(world: World) -> None:
    for _ in range(12):
        world.clock.tick(minutes=30)
        world.dispatch().run()


def _pages(ground: Ground) -> dict[str, Figure]:
    sayings = from_the_right()
    tags: Sequence[str] = sorted(sayings.texts) if ground.form == "full" else ("en", "he")
    world = ReportWorld(sqlite_store(ground.place("pages")))
    try:
        seen = looked_at(world, tuple(tags))
    except NoNode as without:
        raise MissingPart(
            f"{without}: the report page is shown in Chromium, with playwright-core and axe"
        ) from None
    finally:
        world.store.close()
    of = "looks at the page, empty, wrong and sent, light and dark"
    return {
        "WCAG 2.2 AA violations": Figure(len(seen["axe"]), seen["looked"], of),
        "pages that scroll sideways": Figure(len(seen["wide"]), seen["looked"], of),
        "targets too small": Figure(len(seen["small"]), seen["looked"], of),
        "requests to anybody else": Figure(len(seen["foreign"]), seen["looked"], of),
        "reports not sent without scripts": Figure(
            len(tags) - seen["sent"], len(tags), "languages, one of them from the right"
        ),
        "pages that lose what was typed": Figure(len(tags) - seen["kept"], len(tags), "languages"),
    }
