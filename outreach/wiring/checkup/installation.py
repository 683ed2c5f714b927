"""Looks at the installation: settings, keys, clock, database, feeds, senders, core and disk."""

from __future__ import annotations

import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from outreach.adapters.core_webhook import read_secrets
from outreach.domain.scale import Channel
from outreach.errors import SettingsError
from outreach.settings import SECRETS_FILE, Settings, read_key, read_keys
from outreach.store import schema
from outreach.store.database import is_missing, open_engine
from outreach.store.finding import require_same_keys
from outreach.store.rotating import refuse_missing
from outreach.store.schema import HOW_TO_MIGRATE
from outreach.wiring.checkup.finding import Finding, State, guarded
from outreach.wiring.core import SECRET
from outreach.wiring.house import House, shipped
from outreach.wiring.outcomes import outcome_feeds
from outreach.wiring.senders import senders
from outreach.wiring.traffic import traffic_policy

LEAST_FREE = 200 * 2**20
MOST_SKEW_SECONDS = 5.0


def settings(settings: Settings) -> Iterator[Finding]:
    """Who we are, who carries what, and whom a real message may reach."""
    channels = ", ".join(f"{name}: {_who(said)}" for name, said in settings.channels.model_dump().items())
    feeds = ", ".join(f"{name} ({one.kind})" for name, one in settings.feeds.items()) or "none"
    live = settings.live_recipients
    reach = "everyone" if live == "everyone" else f"{len(live)} on the list of live_recipients"
    says = f"firm: {settings.firm}; {channels}; feeds: {feeds}; real messages may reach: {reach}"
    yield Finding(about="settings", says=says)
    secrets = settings.workspace / SECRETS_FILE
    if secrets.exists() and secrets.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(
            about="settings",
            says=f"{secrets} may be read by others on this machine",
            state=State.WARNING,
            mend=f"chmod 600 {secrets}",
        )


def _who(said: str | Sequence[Mapping[str, object]]) -> str:
    return said if isinstance(said, str) else " and ".join(str(one["provider"]) for one in said)


def keys(settings: Settings) -> Iterator[Finding]:
    """Whether each key is there and well-formed."""
    looks: dict[str, Callable[[str], object]] = {
        "OUTREACH_KEYS": lambda name: read_keys(settings.keys, name),
        "OUTREACH_HASH_KEY": lambda name: read_key(settings.hash_key.get_secret_value(), name),
        "OUTREACH_ANSWER_KEYS": lambda name: read_keys(settings.answer_keys, name),
    }
    for name, look in looks.items():
        yield from guarded(name, lambda name=name, look=look: _key(name, look))  # type: ignore[misc]


def _key(name: str, look: Callable[[str], object]) -> Iterator[Finding]:
    look(name)
    yield Finding(about=name, says="set and well-formed (not shown)")


def clock(house: House) -> Iterator[Finding]:
    """What time it is here, and when nobody is woken."""
    quiet, zone = house.settings.quiet_hours, house.settings.default_zone
    night = f"quiet from {quiet.start:%H:%M} to {quiet.end:%H:%M} in each person's zone, else in {zone}"
    yield Finding(about="clock", says=f"it is {house.clock():%Y-%m-%d %H:%M} UTC; {night}")


def database(house: House) -> Iterator[Finding]:
    """Whether the database can be reached and is at head."""
    engine = open_engine(house.settings.database_url)
    try:
        url = engine.url
        shown = url.set(query={}).render_as_string()  # its query may hold a password, too
        if is_missing(url):
            yield Finding(
                about="database", says=f"{shown} is not there yet", state=State.PROBLEM, mend=HOW_TO_MIGRATE
            )
            return
        schema.require_head(engine, shipped("alembic"))
        yield Finding(about="database", says=f"{shown} is at head")
        yield from guarded("keys", lambda: _same_keys(house))
        yield from _skew(schema.database_time(engine), house.clock())
    finally:
        engine.dispose()


def _same_keys(house: House) -> Iterator[Finding]:
    try:
        store = house.store
    except SettingsError:
        return  # keys that are not well-formed have been told
    try:
        refuse_missing(store)
        require_same_keys(store)
    finally:
        store.close()
    yield Finding(about="keys", says="are the ones that this database was written with")


def _skew(theirs: datetime | None, ours: datetime) -> Iterator[Finding]:
    seconds = abs((theirs - ours).total_seconds()) if theirs else 0.0
    if seconds > MOST_SKEW_SECONDS:
        says = f"the database's clock and this machine's differ by {seconds:.0f} s"
        yield Finding(
            about="clock", says=says, state=State.WARNING, mend="let both follow the same time server"
        )


def feeds(house: House) -> Iterator[Finding]:
    """Whether each feed can be read."""
    if not house.settings.feeds:
        mend = "declare one: [feeds.<name>] in outreach.toml"
        yield Finding(about="feeds", says="there is no feed", state=State.PROBLEM, mend=mend)
    for feed in house.feeds(house.rules.current()):
        yield from guarded(f"feed {feed.name}", lambda feed=feed: _feed(feed.name, feed.check))  # type: ignore[misc]
    yield from told_feeds(house)


def told_feeds(house: House) -> Iterator[Finding]:
    """Whether each feed of outcomes can be read."""
    for feed in outcome_feeds(house.settings):
        name = f"{feed.name} (outcomes)"
        yield from guarded(f"feed {name}", lambda feed=feed, name=name: _feed(name, feed.check))  # type: ignore[misc]


def _feed(name: str, check: Callable[[], None]) -> Iterator[Finding]:
    check()
    yield Finding(about=f"feed {name}", says="can be read")


def providers(house: House) -> Iterator[Finding]:
    """Whether each channel has what its provider needs."""
    chosen = senders(house.settings, house.clock)
    caps = traffic_policy(house.settings).caps
    by = {channel: " and ".join(sender.name for sender in those) for channel, those in chosen.items()}
    said = ", ".join(f"{channel.value} by {names}" for channel, names in by.items()) or "none"
    yield Finding(about="senders", says=f"ready: {said}")
    is_paid = any(sender.name != "outbox" for sender in chosen.get(Channel.SMS, ()))
    if is_paid and caps.per_day is None and not caps.counts_numbers:
        yield Finding(
            about="senders",
            says="nothing caps what SMS may cost",
            state=State.WARNING,
            mend="set traffic.spend or traffic.caps: docs/settings.md has an example",
        )


def core(settings: Settings) -> Iterator[Finding]:
    """Whether a core system is connected."""
    path = settings.at(settings.core.path)
    if settings.core.kind == "webhook":
        read_secrets(settings.core.secret.get_secret_value(), SECRET)
        asks = "is asked" if settings.core.transfers_url else "is posted to; it is not asked about transfers"
        yield Finding(about="core", says=f"{asks}, by signed webhooks")
    elif settings.core.kind == "none":
        yield Finding(about="core", says="none is connected: no message says whether a transfer is on hold")
    elif path.is_file():
        yield Finding(about="core", says=f"the stand-in reads {path}")
    else:
        yield Finding(
            about="core",
            says=f"the stand-in's file {path} is not there",
            state=State.PROBLEM,
            mend="set core.path, or core.kind to none",
        )


def folder(about: str, folder: Path) -> Iterator[Finding]:
    """Whether the folder, or where it will be made, takes a file."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"1")
            file.flush()
    except OSError as error:
        says = f"{folder} cannot be written ({error.strerror})"
        yield Finding(
            about=about, says=says, state=State.PROBLEM, mend="mend its permissions, or set another"
        )
        return
    free = shutil.disk_usage(there).free
    if free < LEAST_FREE:
        says = f"only {free // 2**20} MB are free for {folder}"
        yield Finding(about=about, says=says, state=State.WARNING, mend="free some space")
    else:
        yield Finding(about=about, says=f"{folder} can be written")
