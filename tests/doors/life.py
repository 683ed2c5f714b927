"""One person's life beside a whole installation: feed, core, outbox, pages and clock of a firm."""

from __future__ import annotations

import email
import email.policy
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from click.testing import CliRunner
from sqlalchemy import select

from outreach.cli import outreach
from outreach.cli.web_app import application
from outreach.settings import read_settings
from outreach.store.tables import messages
from outreach.wiring.api import answer_link
from outreach.wiring.cases import case_work
from outreach.wiring.chance import clock
from outreach.wiring.house import House
from tests.doors.web_world import FORM, Browser
from tests.fakes import FakeClock
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv

ROOT = Path(__file__).parents[2]
SETTINGS = '[core]\nkind = "file"\npath = "core.json"\n[channels]\ninbox = "outbox"\n'
TRANSFER, USER = "transfer-0", "user-0"


@dataclass
class Page:
    """A page as its reader has it: its words, and its buttons by what stands on them."""

    words: str
    buttons: dict[str, tuple[str, dict[str, str]]]
    links: dict[str, str]

    @property
    def says(self) -> str:
        """The words on one line."""
        return " ".join(self.words.split())


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.buttons: dict[str, tuple[str, dict[str, str]]] = {}
        self.links: dict[str, str] = {}
        self._link = ""
        self._action, self._fields = "", dict[str, str]()
        self._button: dict[str, str] | None = None
        self._on_it: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self._silent += tag in ("style", "script", "title")
        if tag == "form":
            self._action, self._fields = told.get("action", ""), {}
        elif tag == "input" and told.get("type") == "hidden":
            self._fields[told["name"]] = told.get("value", "")
        elif tag == "a":
            self._link, self._on_it = told.get("href", ""), []
        elif tag == "button":
            own = {told["name"]: told.get("value", "")} if "name" in told else {}
            self._button, self._on_it = own, []

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script", "title")
        if tag == "button" and self._button is not None:
            said = " ".join(" ".join(self._on_it).split())
            self.buttons[said] = (self._action, {**self._fields, **self._button})
            self._button = None

        elif tag == "a" and self._link:
            self.links[" ".join(" ".join(self._on_it).split())], self._link = self._link, ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)
            self._on_it.append(data)


def read_page(html: str) -> Page:
    """What a reader sees of it."""
    reading = _Reading()
    reading.feed(html)
    return Page(" ".join(reading.words), reading.buttons, reading.links)


@dataclass
class Life:
    """A whole installation over shipped rules and templates, in which a test plays everybody else."""

    workspace: Path
    settings: str = ""
    now: FakeClock = field(default_factory=lambda: FakeClock(clock()))

    def __post_init__(self) -> None:
        self.workspace.mkdir(parents=True, exist_ok=True)
        a_workspace(self.workspace, ROOT, "sqlite:///outreach.db", SETTINGS + self.settings)
        self.house = House(read_settings(self.workspace), self.now)
        self.house.migrate()
        self._web: Browser | None = None
        self._address = ""

    def flagged(self, number: int = 1, **facts: str) -> None:
        """The firm's risk service says something of the person; an hour of the daemon's jobs is a `pass_`."""
        rows = people(1, warned_facts(ROOT), flagged_at=self.now().isoformat(), **facts)
        write_csv(self.workspace / "feeds" / f"{number}.csv", rows)

    def core_says(self, **told: str) -> None:
        """The core's own word on the transfer from now on."""
        as_of = self.now().isoformat()
        (self.workspace / "core.json").write_text(json.dumps({TRANSFER: {**told, "as_of": as_of}}))

    def core_was_asked(self) -> list[str]:
        """What we asked the core for, in order."""
        calls = self.workspace / "core.calls.jsonl"
        return [json.loads(line)["call"] for line in calls.read_text().splitlines()] if calls.exists() else []

    def edit_rules(self, file: str, old: str, new: str) -> None:
        """The risk team edits a file; it comes in force with the next run."""
        place = self.workspace / "rules" / file
        text = place.read_text(encoding="utf-8")
        assert old in text
        place.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *words: str) -> str:
        """Somebody at the firm types a command; what it prints."""
        done = CliRunner().invoke(outreach, ["-w", str(self.workspace), *words])
        assert done.exit_code == 0, done.output
        return done.output

    def act(self, case: str, *words: str) -> str:
        """Somebody at the firm does something about a recovery case."""
        return self.run("cases", "act", case, *words, "--by", "ana")

    def later(self, **length: float) -> None:
        """Time passes, and the daemon does what is due."""
        self.now.tick(**length)
        self.house.rules.look()
        self.house.intake.run()
        self.house.recovery.run()
        case_work(self.house.settings, self.house.store, self.house.clock).run()
        self.house.tasks.run()
        self.house.dispatch.run()

    def read(self, channel: str) -> list[str]:
        """What came to the person on this channel, oldest first, as it is read."""
        folder = self.workspace / "outbox" / channel
        files = sorted(folder.glob("*"), key=lambda file: file.stat().st_mtime_ns)
        return [_mail(file) if file.suffix == ".eml" else _told(file) for file in files]

    @property
    def web(self) -> Browser:
        """The firm's web over this house."""
        if self._web is None:
            self._web = Browser(application(self.house)[0])
        return self._web

    def open(self) -> Page:
        """The person opens the answer page of the newest message, as the firm's app shows it."""
        with self.house.store.read() as tx:
            newest = tx.connection.execute(select(messages).order_by(messages.c.created_at.desc())).first()
        assert newest is not None, "nothing was written to anybody"
        link, _ = answer_link(self.house)(newest.id, newest.person)
        self._address = "/" + link.split("/", 3)[3]
        return read_page(self.web.get(self._address).text)

    def follow(self, page: Page, on_it: str) -> Page:
        """The person follows the link that says this."""
        [link] = [link for said, link in page.links.items() if on_it in said]
        self._address = urljoin(self._address, link)
        return read_page(self.web.get(self._address).text)

    def press(self, page: Page, on_it: str, **typed: str) -> Page:
        """The person presses the button that says this."""
        [said] = [said for said in page.buttons if on_it in said]
        action, fields = page.buttons[said]
        self._address = urljoin(self._address, action)
        answer = self.web.post(self._address, data={**fields, **typed}, headers=FORM)
        if answer.is_redirect:
            self._address = urljoin(self._address, answer.headers["location"])
            answer = self.web.get(self._address)
        assert answer.status_code == 200, answer.text
        return read_page(answer.text)


def _mail(file: Path) -> str:
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    text = mail.get_body(("plain",))
    return f"{mail['subject']}\n{text.get_content() if text else ''}"


def _told(file: Path) -> str:
    message: dict[str, Any] = json.loads(file.read_text())
    return "\n".join(str(message[part]) for part in ("title", "text") if message.get(part))
