"""The pieces of a case for each audience: the police get all, another firm what it needs and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from outreach.adapters import evidence_pack
from outreach.domain.evidence_piece import Pack, Piece, last_moment
from outreach.domain.story import MessageRecord
from outreach.settings import Settings
from outreach.store.case_freezes import Freeze, Transfer
from outreach.store.case_whole import StepRecord, WholeCase

POLICE = "police"


def export(settings: Settings, found: WholeCase, audience: str, folder: Path) -> str:
    """Write the pack for the police, or for a firm that was asked; its manifest's hash. Raises OSError."""
    return evidence_pack.write(pack_of(settings.firm, found, audience), folder, settings.cases.fonts)


def verify(folder: Path, expected: str | None) -> list[str]:
    """What is wrong with a pack, in words."""
    return evidence_pack.verify(folder, expected)


def pack_of(firm: str, found: WholeCase, audience: str) -> Pack:
    """The pack. For a firm: the transfers that it was asked about, and its own requests and answers; nothing
    of the person, of what we told them, or of other firms."""
    pieces = [*(_for_police(found) if audience == POLICE else _for_firm(found, audience))]
    case = found.case.id[-8:].upper()
    return Pack(firm=firm, case=case, audience=audience, as_of=last_moment(pieces), pieces=pieces)


def _for_police(found: WholeCase) -> Iterator[Piece]:
    yield _case(found)
    numbers = {one.id: n for n, one in enumerate(found.transfers, 1)}
    for one in found.transfers:
        yield _transfer(numbers[one.id], one, core_id=one.transfer_ref)
    yield from map(_message, found.messages)
    references = {message.id: message.reference for message in found.messages}
    for answer in found.answers:
        to = references.get(answer.message or "")
        yield _piece("answer", answer.at, answer=answer.answer, via=answer.via, to_message=to)
    for picture in found.pictures:  # not the picture itself: `outreach reports export` has it
        told = {name: getattr(picture, name) for name in ("report", "n", "size", "original_sha256")}
        yield _piece("picture", picture.at, **told, of_kind=picture.kind, picture_sha256=picture.sha256)
    for freeze in found.freezes:
        yield _freeze(numbers[freeze.transfer], freeze)
    for amount in found.amounts:
        told = {"what": amount.kind, "amount": f"{amount.amount:f}", "currency": amount.currency}
        yield _piece("amount", amount.at or found.case.opened_at, **told, source=amount.source)
    yield from map(_step, found.steps)


def _case(found: WholeCase) -> Piece:
    case = found.case
    return _piece(
        "case",
        case.opened_at,
        id=case.id,
        customer=found.user,
        pattern=case.pattern,
        opened_because=case.source,
        reported_by=case.reported_by,
        stage=case.stage.value,
        money_left_at=_iso(case.left_at),
        closed_at=_iso(case.closed_at),
        in_their_words=found.narrative,
    )


def _message(message: MessageRecord) -> Piece:
    return _piece(
        "message",
        message.at,
        reference=message.reference,
        channel=message.channel,
        language=message.locale,
        template=message.template,
        template_sha256=message.template_sha256,
        status=message.status,
        status_at=_iso(message.status_at),
        title=message.content.title,
        text=message.content.text,
    )


def _step(step: StepRecord) -> Piece:
    who = {"role": step.role, "by": step.actor}
    return _piece("step", step.at, n=step.n, act=step.act, **who, stage=step.stage, note=step.note)


def _for_firm(found: WholeCase, firm: str) -> Iterator[Piece]:
    own = [one for one in found.freezes if one.firm == firm]
    asked = {one.transfer for one in own}
    numbers = {one.id: n for n, one in enumerate((t for t in found.transfers if t.id in asked), 1)}
    yield _piece("case", found.case.opened_at, id=found.case.id[-8:], pattern=found.case.pattern)
    for one in found.transfers:
        if one.id in asked:
            yield _transfer(numbers[one.id], one)
    for freeze in own:
        yield _freeze(numbers[freeze.transfer], freeze)


def _transfer(n: int, one: Transfer, **more: object) -> Piece:
    return _piece(
        "transfer",
        one.at,
        n=n,
        amount=f"{one.amount:f}" if one.amount is not None else None,
        currency=one.currency,
        chain=one.chain or None,
        destination=one.place or None,
        sent_at=_iso(one.sent_at),
        **more,
    )


def _freeze(n: int, one: Freeze) -> Piece:
    return _piece(
        "freeze",
        one.opened_at,
        request=one.id,
        firm=one.firm,
        way=one.way,
        transfer=n,
        state=one.state,
        asked_at=_iso(one.asked_at),
        answer=one.answer or "no answer",
        answered_at=_iso(one.answered_at),
        stopped=f"{one.amount:f} {one.currency or ''}".strip() if one.amount is not None else None,
    )


def _piece(kind: str, at: datetime, **told: object) -> Piece:
    kept: Mapping[str, Any] = {name: value for name, value in told.items() if value not in (None, "")}
    return Piece(kind=kind, at=at.astimezone(UTC), told=kept)


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
