"""A world under the safety net: a rule that asks for a hold, a core that keeps them, and the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from outreach.adapters.rulebook import kept_questionnaires
from outreach.domain.edition import contents, hash_of
from outreach.domain.hold import AtEnd
from outreach.domain.ladder import Ladder, Step, cooling
from outreach.domain.ruleset import Rulebook
from outreach.domain.scale import Channel
from outreach.domain.token import Purpose, Token, sign
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.engine.questions import Questions
from outreach.store.database import Store
from outreach.store.tables import pulls
from outreach.web import create_app, read_sayings
from outreach.web.net import Net
from outreach.web.net_words import HOLD
from tests.build import a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.doors.web_world import KEYS, WORDS, Browser
from tests.engine.world import World
from tests.fakes import FakeClock, FakeCore

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "templates" / "shared"
DAY = timedelta(hours=24)


@dataclass
class KeepingCore(FakeCore):
    """A core that does what it is asked, at once, and dates its words."""

    clock: Callable[[], datetime] = field(default_factory=FakeClock)
    calls: list[tuple[str, str, str, int | None]] = field(default_factory=list)  # act, transfer, id, seconds
    is_silent: bool = False

    def transfers(self, refs):  # type: ignore[no-untyped-def]
        if self.is_silent:
            raise TimeoutError("silent")
        return super().transfers(refs)

    def request_hold(self, ref: str, reason: str, call_id: str, seconds: int | None = None) -> None:
        super().request_hold(ref, reason, call_id)
        self.calls.append(("hold", ref, call_id, seconds))
        now = self.clock()
        ends_at = now + timedelta(seconds=seconds) if seconds else None
        self.says(ref, TransferStatus.HELD, ends_at)

    def request_release(self, ref: str, reason: str, call_id: str) -> None:
        super().request_release(ref, reason, call_id)
        self.calls.append(("release", ref, call_id, None))

    def says(self, ref: str, status: TransferStatus, ends_at: datetime | None = None) -> None:
        """What it says of a transfer from now on."""
        self.known[ref] = Transfer(ref=ref, status=status, hold_expires_at=ends_at, as_of=self.clock())


def a_book(*steps: Step, hold: timedelta = DAY, pattern: str = "pig_butchering") -> Rulebook:
    """One rule that asks for a hold, with the shipped questionnaires."""
    ladder = replace(a_ladder(*steps), hold=hold)
    book = a_rulebook(a_rule_set(pattern, a_rule(ladder=ladder, expires="hold_expires_at")))
    files = sorted((ROOT / "rules" / "questionnaires").glob("*.yml"))
    texts = {**book.texts, **{f"questionnaires/{f.name}": f.read_text(encoding="utf-8") for f in files}}
    return replace(book, texts=texts, sha256=hash_of(contents(texts)))


def cooled(length: timedelta, wait: timedelta = timedelta(0)) -> Ladder:
    """Push, a cooling-off, then SMS."""
    return a_ladder(
        a_step(Channel.PUSH, wait=timedelta(minutes=5)), cooling(length, wait), a_step(Channel.SMS)
    )


@dataclass
class NetWorld:
    """The world, its core, and the pages as a person sees them."""

    world: World
    core: KeepingCore
    at_end: AtEnd = AtEnd.GOES

    @staticmethod
    def over(store: Store, book: Rulebook | None = None) -> NetWorld:
        """A world over this store."""
        world = World(store, book=book or a_book())
        core = KeepingCore(clock=world.clock)
        world.core = core
        world.pages = len(world.rows(pulls))  # a feed of this name may have been pulled in this store before
        return NetWorld(world=world, core=core)

    def warn(self, user: str = "ann", **columns: object) -> str:
        """Flag, send the first step, let the core be asked and confirm; the address of the answer page."""
        self.core.says(f"transfer-of-{user}", TransferStatus.PENDING)
        self.world.flag(a_flag(user, **columns))
        self.world.dispatch().run()
        self.world.recovery().run()
        self.world.recovery().run()
        return self.page_of(next(s.sent[-1].id for s in self.world.senders.values() if s.sent))

    def page_of(self, message: str) -> str:
        """The answer page's address of a message."""
        with self.world.store.read() as tx:
            from outreach.store.feedback import told

            found = told(tx, message)
        assert found is not None
        token = Token(
            message=message,
            person=found.person,
            purpose=Purpose.ANSWER,
            expires_at=self.world.clock() + timedelta(days=30),
            key_id="k1",
        )
        return f"/a/{sign(token, KEYS)}"

    def questions(self) -> Questions:
        """The stage that asks."""
        return Questions(store=self.world.store, core=self.core, firm="Acme", read=kept_questionnaires)

    def browser(self) -> Browser:
        """The application as a browser meets it."""
        app = create_app(self.world.feedback(), self.world.clock, KEYS, WORDS)
        sayings = read_sayings(SHARED, HOLD, "en")
        Net(asking=self.questions(), sayings=sayings, at_end=self.at_end, now=self.world.clock).mount(app)
        return Browser(app)

    def walk(self, page: str, *answers: tuple[str, str]) -> str:
        """Answer these questions one after the other, as a browser does; the page that follows."""
        web, address = self.browser(), f"{page}?page=questions"
        for question, said in answers:
            given = {"option": said} if " " not in said else {"option": "said", "words": said}
            done = web.post(address, data={"question": question, **given})
            assert done.status_code == 303, done.text
            assert done.headers["location"] == "?page=questions"
        return web.get(address).text
