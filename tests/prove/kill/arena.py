"""A workspace whose every channel ends at an emulated provider, its people, and what its log says."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from outreach.wiring.chance import clock
from outreach.wiring.house import open_house
from tests.adapters.subjects import private_key
from tests.emulator.running import Emulator, emulator
from tests.prove.ground import Ground
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv

SID = "AC" + "0" * 32
SECRETS = {
    "OUTREACH_TWILIO__AUTH_TOKEN": "a token for the emulator",
    "OUTREACH_SENDGRID__API_KEY": "a key for the emulator",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """Seconds: our settle window, and the emulator's worst until it accepts and until it lists.

    In the wild the window is 120 s; the proportions are kept."""

    window: int
    late: float
    unlisted: float


LAGS = {"full": Lag(window=26, late=3, unlisted=20), "short": Lag(window=10, late=1.5, unlisted=7)}

REACHED_BY = ("sms", "sms", "email", "sms", "push", "sms", "sms", "email", "sms", "sms")
CLIMBS = 9
"""By what the n-th person can be reached; some climb a whole ladder, and are told on each channel in turn."""

_MIGRATES = threading.Lock()
"""Alembic keeps what it works on in variables of its modules: one arena at a time."""

CONTACTS = {"sms": "phone", "email": "email", "push": "push_token"}
LADDER = """  urgent:
    - {channel: push,  wait: 1m}
    - {channel: sms,   wait: 1m}
    - {channel: email, wait: 1m}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arena:
    """Where one proof happens. `flagged` are the people who were put into the feed so far; of the first
    `climbing`, some are reachable on every channel."""

    workspace: Path
    provider: Emulator
    facts: Mapping[str, str]
    climbing: int
    flagged: list[int] = field(default_factory=list)

    def flag(self, count: int) -> None:
        """Put so many more people into the feed, in a file of its own."""
        begin = len(self.flagged)
        chosen = range(begin, begin + count)
        rows = people(begin + count, {**self.facts, "flagged_at": clock().isoformat()})[begin:]
        for n, row in zip(chosen, rows, strict=True):
            row.update({CONTACTS[c]: "" for c in CONTACTS if c not in self.channels(n)})
        write_csv(self.workspace / "feeds" / f"{begin:06d}.csv", rows)
        self.flagged.extend(chosen)

    def pull(self) -> None:
        """Take in at once what lies in the feed, as a process beside the daemons: they look once a minute."""
        house = open_house(self.workspace)
        try:
            house.intake.run()
        finally:
            house.close()

    def verdict(self) -> Verdict:
        """The feed's input against the provider's log; our database is not asked."""
        return Verdict.of(self._due(), self.provider.accepted())

    def missing(self) -> set[tuple[int, str]]:
        """Whom nothing reached, on which channel."""
        return self._due() - {whose(entry) for entry in self.provider.accepted()}

    def _due(self) -> set[tuple[int, str]]:
        return {(n, channel) for n in self.flagged for channel in self.channels(n)}

    def channels(self, n: int) -> Sequence[str]:
        """The channels on which the n-th person is to be told, once each."""
        usual = REACHED_BY[n % len(REACHED_BY)]
        return [*CONTACTS] if n < self.climbing and n % len(REACHED_BY) == CLIMBS else [usual]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What reached whom: `due` messages were to be handed over."""

    due: int
    handed: int
    lost: int
    repeated: int
    replaced: int  # a push that came again under the key of the first, and takes its place on the screen
    strangers: int  # messages to nobody who was flagged

    @classmethod
    def of(cls, due: set[tuple[int, str]], log: Sequence[Mapping[str, object]]) -> Verdict:
        """Each person and channel is one step of one ladder, so one message."""
        texts: Counter[tuple[int, str]] = Counter()
        keys: dict[tuple[int, str], set[object]] = {}
        for entry in log:
            who = whose(entry)
            texts[who] += 1
            keys.setdefault(who, set()).add(entry.get("key") or entry["n"])
        return cls(
            due=len(due),
            handed=sum(texts.values()),
            lost=len(due - texts.keys()),
            repeated=sum(len(keys[who]) - 1 for who in texts),
            replaced=sum(times - len(keys[who]) for who, times in texts.items()),
            strangers=len(texts.keys() - due),
        )


def whose(entry: Mapping[str, object]) -> tuple[int, str]:
    """Whom a line of the log is about, and on which channel."""
    channel = {"twilio": "sms", "sendgrid": "email", "fcm": "push"}[str(entry["provider"])]
    to = str(entry["to"])
    found = re.search(r"\d+", to[5:] if channel == "sms" else to)
    assert found is not None
    return int(found[0]), channel


@contextmanager
def arena(
    ground: Ground, folder: Path, database: str, *, climbing: int = 0, **emulated: object
) -> Iterator[Arena]:
    """A migrated workspace over a fresh emulator, without people yet."""
    lag = LAGS[ground.form]
    told = {"late": lag.late, "lag": lag.unlisted, "queued": 2 * lag.unlisted, "activity": True, "seed": 3}
    assert not folder.suffix, "its logs lie beside it, under another suffix: two arenas would share them"
    with emulator(folder.with_suffix(".log"), **{**told, **emulated}) as provider:  # type: ignore[arg-type]
        workspace = a_workspace(folder, ground.root, database, settings(provider.url, lag))
        ladders = workspace / "rules" / "ladders.yml"
        text = ladders.read_text(encoding="utf-8")
        ladders.write_text(re.sub(r"  urgent:.*\n(    -.*\n)+", LADDER, text), encoding="utf-8")
        (workspace / "fcm.json").write_text(json.dumps(_service_account(provider.url)), encoding="utf-8")
        house = open_house(workspace)
        with _MIGRATES:
            house.migrate()
        house.close()
        facts = warned_facts(ground.root)
        yield Arena(workspace=workspace, provider=provider, facts=facts, climbing=climbing)


def settings(url: str, lag: Lag) -> str:
    """Every channel at the emulator, all of them settled by asking."""
    return (
        'live_recipients = "everyone"\n'
        '[channels]\npush = "fcm"\nsms = "twilio"\nemail = "sendgrid"\n'
        f'[twilio]\naccount_sid = "{SID}"\nsender = "+15550000000"\nbase_url = "{url}"\n'
        f'callback = "https://callbacks.example/twilio"\nsettles_after_seconds = {lag.window}\n'
        f'[sendgrid]\nbase_url = "{url}"\nactivity = true\nsettles_after_seconds = {lag.window}\n'
        f'[fcm]\nbase_url = "{url}"\nservice_account = "fcm.json"\n'
    )


def _service_account(url: str) -> dict[str, str]:
    return {
        "project_id": "p1",
        "client_email": "robot@p1.example",
        "private_key": private_key(),
        "private_key_id": "k1",
        "token_uri": f"{url}/token",
    }
