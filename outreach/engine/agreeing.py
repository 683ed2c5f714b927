"""Who said no between the claim and the moment an attempt is written down: nobody is written to then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from outreach.domain.gate import Bar
from outreach.domain.scale import Channel
from outreach.engine.errands import Errand, on_route
from outreach.engine.traffic import Wait
from outreach.store.consents import standing, withdrawn_since
from outreach.store.database import Tx
from outreach.store.welfare import in_distress

LOOK_BACK = timedelta(minutes=10)
"""How fresh a withdrawal may be that the claim has not seen: a claim lasts for seconds, the rest of it is for
machines whose clocks disagree."""


def still_agreed(tx: Tx, errands: Sequence[Errand], now: datetime) -> list[Errand]:
    """These errands, without the messages that their people do not want any more: those climbs go on at once
    to their next step, as if the gate had known. What was to be sent to somebody who wrote of harming
    themselves meanwhile drops out: their climbs stay where they are, and the gate holds them from now on."""
    stopped = in_distress(tx, {errand.draft.person for errand in errands if errand.draft})
    errands = [errand for errand in errands if not (errand.draft and errand.draft.person in stopped)]
    drafts = [errand.draft for errand in errands if errand.draft]
    fresh = withdrawn_since(tx, {draft.person for draft in drafts}, now - LOOK_BACK)
    if not fresh:
        return list(errands)
    stands = standing(tx, fresh)

    def is_unwanted(errand: Errand) -> bool:
        draft = errand.draft
        if draft is None or draft.person not in fresh or draft.message.channel is Channel.CALL:
            return False
        said = stands[draft.person].said(errand.claimed.ladder.program)
        return said.get(draft.message.channel) is False

    return [_passed(errand, now) if is_unwanted(errand) else errand for errand in errands]


def _passed(errand: Errand, now: datetime) -> Errand:
    bars = tuple(bar for bar in errand.bars if bar.verdict != "overridden")
    return on_route(replace(errand, bars=bars), Wait(Bar.OPTED_OUT, None), now)
