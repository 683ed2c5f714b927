"""The house: every stage of the engine, put together from a workspace."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from outreach.adapters.archive import Archive
from outreach.adapters.metrics import Metrics
from outreach.adapters.renderer import JinjaRenderer
from outreach.adapters.report import HtmlReport
from outreach.engine.dispatch import Dispatch
from outreach.engine.feedback import Feedback
from outreach.engine.forgetting import Forgetting
from outreach.engine.grounds import Grounds
from outreach.engine.handing import Hands
from outreach.engine.intake import Intake
from outreach.engine.leaving import Leaving
from outreach.engine.ports import Core, Senders
from outreach.engine.recovery import Recovery
from outreach.engine.replies import Replies
from outreach.engine.settle import Settle
from outreach.engine.steering import steering
from outreach.engine.tasks import Tasks
from outreach.engine.traffic import Straight, Traffic
from outreach.engine.upkeep import Upkeep
from outreach.engine.watch import Looking, Watch
from outreach.settings import Settings, read_key, read_keys, read_settings
from outreach.store import schema
from outreach.store.database import Store
from outreach.store.finding import require_same_keys
from outreach.store.rehearsal import Rehearsal
from outreach.store.rotating import require_keys
from outreach.store.vault import Vault
from outreach.wiring import chance, privacy, watching
from outreach.wiring.calls import desk
from outreach.wiring.connected import is_connected
from outreach.wiring.core import core, lengths
from outreach.wiring.editions import last_in_force
from outreach.wiring.intake import tools
from outreach.wiring.limits import blast_policy
from outreach.wiring.links import leave_links
from outreach.wiring.own_feeds import AllFeeds
from outreach.wiring.policy import gate_policy
from outreach.wiring.replies import replies
from outreach.wiring.rules import EverInForce, RulesInForce, rules_in_force
from outreach.wiring.senders import Carried, Parties, discards, parties
from outreach.wiring.traffic import traffic_policy


def shipped(name: str) -> Path:
    """A folder that ships with the package: `alembic`, `rules` or `templates`."""
    packed = Path(str(files("outreach"))) / "_workspace" / name
    return packed if packed.is_dir() else Path(__file__).parents[2] / name


class House:
    """An engine over one workspace; each stage is made when it is first asked for."""

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime] = chance.clock, *, rehearses: bool = False
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.rehearses = rehearses
        self.stands_in = False  # a daemon's: rules that were in force stand in for some that do not fit
        self._rehearses_since = clock() if rehearses else None
        self.holder = chance.holder()

    @cached_property
    def vault(self) -> Vault:
        """The vault over the workspace's keys."""
        keys = read_keys(self.settings.keys, "OUTREACH_KEYS")
        return Vault(keys, self.hash_key, chance.randomness)

    @cached_property
    def hash_key(self) -> bytes:
        """The key of every keyed hash."""
        return read_key(self.settings.hash_key.get_secret_value(), "OUTREACH_HASH_KEY")

    @cached_property
    def answer_keys(self) -> dict[str, bytes]:
        """The keys that sign answer links, newest first."""
        return read_keys(self.settings.answer_keys, "OUTREACH_ANSWER_KEYS")

    @cached_property
    def store(self) -> Store:
        """The store, whether or not it is at head."""
        kind = Rehearsal if self.rehearses else Store
        return kind(self.settings.database_url, self.vault, chance.new_id)

    @cached_property
    def rules(self) -> RulesInForce:
        """The rules in force, and the templates they name."""
        return rules_in_force(
            self.settings, self.clock, lambda: last_in_force(self) if self.stands_in else None
        )

    @property
    def renderer(self) -> JinjaRenderer:
        """The templates in force."""
        return self.rules.speaker()

    @cached_property
    def feeds(self) -> AllFeeds:
        """Every declared feed, as a rule book has it read, and our own."""
        return AllFeeds(self)

    @cached_property
    def core(self) -> Core:
        """The core system, or the word that none is connected."""
        return core(self.settings, self.clock)

    @cached_property
    def _archive_folder(self) -> Path:
        if self.rehearses:
            self._scratch = TemporaryDirectory(prefix="outreach-rehearsal-")
            return Path(self._scratch.name)
        return self.settings.at(self.settings.archive)

    @cached_property
    def archive(self) -> Archive:
        """The flag archive."""
        return Archive(folder=self._archive_folder, catalogue=EverInForce(self.rules))

    @cached_property
    def forgetting(self) -> Forgetting:
        """What forgets people; a rehearsal undoes it."""
        return privacy.forgetting(self.settings, self.store, self.archive, self.rules.catalogue, self.clock)

    @cached_property
    def upkeep(self) -> Upkeep:
        """The stage that lets go of what is over its time."""
        return privacy.upkeep(self.settings, self.forgetting, self.archive, self.holder)

    @cached_property
    def intake(self) -> Intake:
        """The stage that decides."""
        with_what = tools(
            self.settings, self.store, self.archive, self.hash_key, self.clock, rehearses=self.rehearses
        )
        bounds = blast_policy(self.settings)
        return Intake(feeds=self.feeds, rulebook=self.rules.current, tools=with_what, bounds=bounds)

    @cached_property
    def _parties(self) -> Parties:
        return Parties(discards(), {}) if self.rehearses else parties(self.settings, self.clock)

    @property
    def senders(self) -> Carried:
        """Who carries what; nobody in a rehearsal."""
        return self._parties.carried

    @property
    def _lanes(self) -> Senders:
        return {(channel, sender.name): sender for channel, those in self.senders.items() for sender in those}

    @cached_property
    def traffic(self) -> Traffic:
        """Who goes first, by whom; a rehearsal asks nobody, and takes nothing from what all share."""
        if self.rehearses:
            return Straight({channel: those[0].name for channel, those in self.senders.items()})
        return steering(traffic_policy(self.settings), self.store.lease_clock, self._parties.pulses)

    @cached_property
    def grounds(self) -> Grounds:
        """What a round knows."""
        return Grounds(
            core=self.core,
            catalogue=self.rules.catalogue,
            new_id=chance.new_id,
            firm=self.settings.firm,
            default_locale=self.settings.default_locale,
            default_zone=self.settings.default_zone,
            leave=leave_links(self.settings.web.public_url, lambda: self.answer_keys, self.clock),
            asks_core=is_connected(self.settings),
        )

    @cached_property
    def leaving(self) -> Leaving:
        """The stage that takes a one-click no."""
        return Leaving(store=self.store)

    @cached_property
    def dispatch(self) -> Dispatch:
        """The stage that sends."""
        return Dispatch(
            store=self.store,
            renderer=self.renderer,
            words=self.rules.speaker,
            senders=self._lanes,
            traffic=self.traffic,
            grounds=self.grounds,
            policy=gate_policy(self.settings, self.senders),
            clock=self.clock,
            new_id=chance.new_id,
            dice=chance.dice,
            holder=self.holder,
            hands=Hands(rest=time.sleep),
            on_sent=self.metrics.sent,
            since=self._rehearses_since,
        )

    @cached_property
    def settle(self) -> Settle:
        """The stage that asks about what is in doubt."""
        return Settle(
            store=self.store,
            senders=self._lanes,
            clock=self.clock,
            new_id=chance.new_id,
            holder=self.holder,
        )

    @cached_property
    def feedback(self) -> Feedback:
        """The stage that listens."""
        return Feedback(
            store=self.store,
            core=self.core,
            firm=self.settings.firm,
            zone=self.settings.default_zone,
            aftermath=lengths(self.settings),
        )

    @cached_property
    def tasks(self) -> Tasks:
        """The tasks desk."""
        our_desk = desk(self.settings, self.hash_key)
        return Tasks(store=self.store, feedback=self.feedback, clock=self.clock, desk=our_desk)

    @cached_property
    def replies(self) -> Replies:
        """The stage that reads replies."""
        return replies(self.settings, self.store, self.feedback.answer)

    @cached_property
    def recovery(self) -> Recovery:
        """The stage that asks the core system."""
        return Recovery(store=self.store, core=self.core, clock=self.clock, aftermath=lengths(self.settings))

    @cached_property
    def looking(self) -> Looking:
        """How the engine is running, a few seconds old at most."""
        return watching.looking(self.store, self.rules.standing, self.clock)

    @cached_property
    def watch(self) -> Watch:
        """The stage that watches the others."""
        return watching.watch(self.settings, self.looking, self.clock)

    @cached_property
    def metrics(self) -> Metrics:
        """What this process counts."""
        return watching.metrics(self.settings, self.looking)

    @cached_property
    def report(self) -> HtmlReport:
        """The writer of HTML reports."""
        return HtmlReport()

    def close(self) -> None:
        """Give back what is open; a rehearsal is undone."""
        if "store" in self.__dict__:  # never made where nobody asked: a rules repository has no keys for one
            self.store.close()
        if self.rehearses and "_archive_folder" in self.__dict__:
            self._scratch.cleanup()

    def migrate(self) -> None:
        """Bring the database to head."""
        schema.migrate(self.store.engine, shipped("alembic"))

    def require_head(self) -> None:
        """Refuse to go on where the database is not at head, or was written with other keys."""
        schema.require_head(self.store.engine, shipped("alembic"))
        require_keys(self.store, self.clock())
        require_same_keys(self.store)


def open_house(
    workspace: Path, *, dry_run: bool = False, clock: Callable[[], datetime] = chance.clock
) -> House:
    """The engine of a workspace; a dry run hands nothing over and keeps nothing.

    Raises SettingsError with every problem.
    """
    return House(read_settings(workspace), clock, rehearses=dry_run)
