"""The safety net: holds that a ladder asks for, and what the core says of them since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from outreach.domain.hold import Cause, Word, next_word
from outreach.domain.transfer import Transfer
from outreach.engine.errands import Errand
from outreach.store import holds
from outreach.store.core_calls import Ask, CoreCall, ask_core
from outreach.store.database import Store, Tx
from outreach.store.holds import Watched

WATCHED_AT_ONCE = 200
"""Standing holds that the core is asked about in one round; more take turns."""


def hold(tx: Tx, errands: Sequence[Errand], now: datetime, *, asks: bool = True) -> None:
    """Write down what the core said of holds, and the holds that these errands come to, in the transaction
    that writes their attempts.

    Also where nothing is said yet, for the hour or for want of an address: the money does not wait for that.
    `asks` is False where there is no core system: nothing is asked, and nobody is left to ask by hand.
    """
    heard = [errand.heard for errand in errands if errand.heard]
    holds.write_words(tx, _changed([(one.watched, one.said) for one in heard], now))
    for errand in errands if asks else ():
        ref = errand.claimed.facts.get("transfer_ref")
        if not isinstance(ref, str) or not errand.claimed.ladder.asks_holds or errand.close:
            continue
        for cause, reason, seconds in _wishes(errand):
            ask_core(tx, _ask(errand, ref, cause, reason, seconds), now)


def _wishes(errand: Errand) -> list[tuple[str, Cause, int]]:
    """Cause as it is kept (each cooling-off is its own), reason as the core is told, length."""
    ladder = errand.claimed.ladder
    wishes = []
    if ladder.hold and errand.claimed.sent == 0:
        wishes.append((Cause.SUSPECTED_SCAM.value, Cause.SUSPECTED_SCAM, int(ladder.hold.total_seconds())))
    for index in errand.cools:
        length = int(ladder.steps[index].cool_off.total_seconds())
        wishes.append((f"{Cause.COOLING_OFF}_{index}", Cause.COOLING_OFF, length))
    return wishes


def _ask(errand: Errand, ref: str, cause: str, reason: Cause, seconds: int) -> Ask:
    return Ask(
        act="hold",
        person=errand.claimed.person,
        episode=errand.claimed.episode,
        transfer_ref=ref,
        reason=reason.value,
        cause=cause,
        seconds=seconds,
    )


def watched_holds(tx: Tx, waiting: Sequence[CoreCall], now: datetime) -> list[Watched]:
    """The transfers whose holds are to be asked about: asked for and not confirmed, or standing."""
    asked = [call for call in waiting if call.act == "hold" and call.episode and call.transfer_ref]
    kept = holds.words_of(tx, {call.episode for call in asked if call.episode})
    found = {(one.episode, one.transfer_ref): one for one in holds.standing(tx, now, WATCHED_AT_ONCE)}
    for call in asked:
        assert call.episode is not None
        key = (call.episode, call.transfer_ref)
        fresh = Watched(person=call.person, episode=call.episode, transfer_ref=call.transfer_ref)
        found.setdefault(key, kept.get(key, fresh))
    return list(found.values())


def keep_words(
    store: Store, watched: Sequence[Watched], transfers: Mapping[str, Transfer], now: datetime
) -> None:
    """Keep what the core says now of these, where it says something else than before."""
    changed = _changed([(one, transfers.get(one.transfer_ref)) for one in watched], now)
    if changed:
        with store.begin() as tx:
            holds.write_words(tx, changed)


def _changed(heard: Sequence[tuple[Watched, Transfer | None]], now: datetime) -> list[tuple[Watched, Word]]:
    found = ((one, next_word(said, one.word, now)) for one, said in heard)
    return [(one, word) for one, word in found if word is not None]
