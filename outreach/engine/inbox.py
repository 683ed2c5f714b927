"""The inbox: what the firm's app may show a signed-in person, and what it tells us back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.answer import Answer, answers_for
from outreach.domain.client import Client, read_bearer
from outreach.domain.delivery import Receipt, Status
from outreach.domain.message import read_reference
from outreach.domain.overlooked import is_overlooked
from outreach.domain.scale import Channel
from outreach.domain.transfer import TransferStatus
from outreach.domain.verifying import Ours, ours
from outreach.engine.ports import Core
from outreach.store import clients
from outreach.store import inbox as kept
from outreach.store.database import Store, Tx
from outreach.store.finding import is_reference
from outreach.store.listing import Said
from outreach.store.listing import message as read_message

MOST_CHANGES = 500
"""Messages of one person that a look at what changed goes over."""

AGENTS = "agents"
"""Agents' wrong guesses are counted together, by client: they ask about anybody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message with the answers that apply now; `transfer` as the core last said, where it may be said.

    `is_overlooked`: somebody else reads the screen.
    """

    message: kept.Kept = field(repr=False)
    answers: tuple[Answer, ...]
    transfer: TransferStatus
    is_overlooked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Whether a reference is ours, and the message where it is told."""

    ours: Ours
    said: Said | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TooManyGuesses:
    """So many references were asked about in vain that the next answer has to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """The stage behind the inbox API; every verb may be called from several threads.

    `receive` keeps receipts and says how many were new. `guesses` are by person, `agent_guesses` by client,
    in ten minutes.
    """

    store: Store
    core: Core
    receive: Callable[[Sequence[Receipt], datetime], int]
    guesses: int
    agent_guesses: int

    def let_in(self, authorization: str, now: datetime) -> Client | None:
        """The client that this header is of, if it stands."""
        bearer = read_bearer(authorization)
        if bearer is None:
            return None
        with self.store.read() as tx:
            client = clients.holder_of(tx, *bearer, now)
        if client is not None and clients.is_stale(client, now):
            with self.store.begin() as tx:
                clients.touch(tx, client, now)
        return client

    def still_in(self, client: Client, now: datetime) -> bool:
        """Whether a client that was let in has not been revoked since, nor run out."""
        with self.store.read() as tx:
            return clients.standing(tx, client.id, now)

    def page(
        self, user: str, after: kept.Place | None, limit: int, now: datetime
    ) -> tuple[list[Shown], bool]:
        """A person's messages, newest first, and whether there are more.

        What was kept here for the app has thereby been delivered.
        """
        with self.store.read() as tx:
            person = kept.person_of(tx, user)
            found = kept.page(tx, person, after, limit + 1) if person else []
        self._delivered(found[:limit], now)
        return self._shown(found[:limit]), len(found) > limit

    def one(self, user: str, message: str, now: datetime) -> Shown | None:
        """One message of this person; None where it is none of theirs."""
        with self.store.read() as tx:
            found = self._own(tx, user, message)
        if found is None:
            return None
        self._delivered([found], now)
        return self._shown([found])[0]

    def changes(self, user: str, since: datetime) -> list[Shown]:
        """What came, moved or was answered at `since` or later, the oldest change first."""
        with self.store.read() as tx:
            person = kept.person_of(tx, user)
            found = kept.changes(tx, person, since, MOST_CHANGES) if person else []
        return self._shown(found)

    def seen(self, user: str, message: str, now: datetime) -> bool:
        """Note once that the person opened it in the app; False where it is none of theirs."""
        with self.store.begin() as tx:
            found = self._own(tx, user, message)
            if found is not None:
                kept.mark_seen(tx, message, now)
        if found is not None:
            self._delivered([found], now)
        return found is not None

    def verify(self, client: Client, user: str, typed: str, now: datetime) -> Verified | TooManyGuesses:
        """Whether a reference is of a message of this person's. Anybody else's is as good as none."""
        with self.store.read() as tx:
            who = tx.vault.fingerprint(f"guess\x00{user}")
            if clients.missed(tx, client, who, now) >= self.guesses:
                return TooManyGuesses()
            said = _by_reference(tx, typed)
            if said is not None and said.person != kept.person_of(tx, user):
                said = None
        answer = self._counted(client, who, said, now)
        return Verified(ours=answer, said=said if answer is Ours.YES else None)

    def verify_any(self, client: Client, typed: str, now: datetime) -> Verified | TooManyGuesses:
        """The same of anybody's message, for people at the firm: as `outreach message` tells it."""
        with self.store.read() as tx:
            who = tx.vault.fingerprint(AGENTS)
            if clients.missed(tx, client, who, now) >= self.agent_guesses:
                return TooManyGuesses()
            said = _by_reference(tx, typed)
        return Verified(ours=self._counted(client, who, said, now), said=said)

    def _counted(self, client: Client, who: str, said: Said | None, now: datetime) -> Ours:
        answer = ours(said.message.status if said else None)
        if answer is Ours.NO:
            with self.store.begin() as tx:
                clients.count_miss(tx, client, who, now)
        return answer

    def set_phrase(self, user: str, phrase: str | None, client: Client, now: datetime) -> None:
        """Keep a person's anti-phishing code, or remove it (None)."""
        with self.store.begin() as tx:
            kept.set_phrase(tx, user, phrase, f"client {client.name}", now)

    def resolve(self, ids: Sequence[str], references: Sequence[str]) -> dict[str, str]:
        """The messages of these that the app can tell of, by id and by reference."""
        with self.store.read() as tx:
            return kept.known_to_app(tx, ids, references)

    def _own(self, tx: Tx, user: str, message: str) -> kept.Kept | None:
        person = kept.person_of(tx, user)
        return kept.one(tx, person, message) if person else None

    def _delivered(self, found: Sequence[kept.Kept], now: datetime) -> None:
        told = [
            Receipt(
                provider=kept.SOURCE,
                id=f"listed:{each.id}",
                message=each.id,
                status=Status.DELIVERED,
                at=now,
                word="listed",
            )
            for each in found
            if each.channel == Channel.INBOX and each.status == Status.ACCEPTED
        ]
        if told:
            self.receive(told, now)

    def _shown(self, found: Sequence[kept.Kept]) -> list[Shown]:
        transfers = self._transfers(found)
        return [_show(each, transfers.get(each.transfer_ref or "", TransferStatus.UNKNOWN)) for each in found]

    def _transfers(self, found: Sequence[kept.Kept]) -> dict[str, TransferStatus]:
        refs = list(dict.fromkeys(each.transfer_ref for each in found if each.transfer_ref))
        if not refs:
            return {}
        try:
            return {ref: transfer.status for ref, transfer in self.core.transfers(refs).items()}
        except OSError:  # a list without the state of the transfers is better than none
            return {}


def _show(message: kept.Kept, transfer: TransferStatus) -> Shown:
    overlooked = is_overlooked(message.pattern, message.facts)
    applying = answers_for(
        message.pattern,
        transfer,
        has_transfer=message.transfer_ref is not None,
        is_overlooked=overlooked,
    )
    return Shown(
        message=message,
        answers=applying,
        transfer=TransferStatus.UNKNOWN if overlooked else transfer,
        is_overlooked=overlooked,
    )


def _by_reference(tx: Tx, typed: str) -> Said | None:
    reference = read_reference(typed)
    return read_message(tx, reference) if is_reference(reference) else None
