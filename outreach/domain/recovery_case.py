"""Recovery cases: the stages of one, who may move it, and every "no" with its reason. One table. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where a case stands."""

    OPENED = "opened"  # nobody has looked at it
    GATHERING = "gathering"  # somebody finds out what left, when and where to
    FREEZING = "freezing"  # firms are being asked to stop it
    WAITING = "waiting"  # every firm was asked; their answers are awaited
    RECOVERING = "recovering"  # a firm said yes, or something came back
    SETTLED = "settled"  # nothing more is expected
    CLOSED = "closed"  # the person was told, with the warning about the next scam
    REOPENED = "reopened"  # something new came up after it was closed


class Role(StrEnum):
    """Who acts."""

    SYSTEM = "system"
    AGENT = "agent"
    LEAD = "lead"
    USER = "user"


class Act(StrEnum):
    """What may be done to a case."""

    ADD_TRANSFER = "add_transfer"
    TAKE = "take"
    NOTE = "note"
    ASK_FREEZE = "ask_freeze"
    FREEZES_OUT = "freezes_out"  # every request has been handed over, or came to nothing
    ANSWER_YES = "answer_yes"  # a firm stopped all or a part of it
    ANSWER_NO = "answer_no"  # a firm refused, or let its time go by
    MONEY_BACK = "money_back"
    ESCALATE = "escalate"
    SETTLE = "settle"
    CLOSE = "close"
    REOPEN = "reopen"


class No(StrEnum):
    """Why an act is not done."""

    NOT_FROM_HERE = "not_from_here"
    NOT_YOURS = "not_yours"
    NO_NEW_FACT = "no_new_fact"
    NO_WARNING = "no_warning"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: where an act leads, and who may do it."""

    to: Stage
    roles: frozenset[Role]


_DESK = frozenset({Role.AGENT, Role.LEAD})
_FIRM = _DESK | {Role.SYSTEM}
_LEAD = frozenset({Role.LEAD})
_SYSTEM = frozenset({Role.SYSTEM})
_ALL = frozenset(Role)

_S = Stage
_BEGUN = (_S.OPENED, _S.GATHERING, _S.REOPENED)
_ASKED = (_S.FREEZING, _S.WAITING, _S.RECOVERING)
_GOING = (*_BEGUN, *_ASKED)
_STAYS = None

_ROWS: tuple[tuple[Act, tuple[Stage, ...], Stage | None, frozenset[Role]], ...] = (
    (Act.ADD_TRANSFER, _GOING, _STAYS, _ALL),
    (Act.ADD_TRANSFER, (_S.SETTLED,), _S.GATHERING, _ALL),
    (Act.TAKE, _BEGUN, _S.GATHERING, _DESK),
    (Act.TAKE, (*_ASKED, _S.SETTLED), _STAYS, _DESK),
    (Act.NOTE, tuple(Stage), _STAYS, _DESK | {Role.USER}),
    (Act.ASK_FREEZE, (*_BEGUN, _S.FREEZING, _S.WAITING), _S.FREEZING, _FIRM),
    (Act.ASK_FREEZE, (_S.RECOVERING,), _STAYS, _FIRM),
    (Act.FREEZES_OUT, (_S.FREEZING,), _S.WAITING, _SYSTEM),
    (Act.ANSWER_YES, (_S.GATHERING, _S.REOPENED, *_ASKED, _S.SETTLED), _S.RECOVERING, _FIRM),
    (Act.ANSWER_NO, (_S.GATHERING, _S.REOPENED, *_ASKED, _S.SETTLED), _STAYS, _FIRM),
    (Act.MONEY_BACK, _GOING, _S.RECOVERING, _FIRM),
    (Act.MONEY_BACK, (_S.SETTLED,), _STAYS, _FIRM),
    (Act.ESCALATE, _GOING, _STAYS, _SYSTEM),
    (Act.SETTLE, (_S.GATHERING, _S.WAITING, _S.RECOVERING, _S.REOPENED), _S.SETTLED, _DESK),
    (Act.SETTLE, (_S.FREEZING,), _S.SETTLED, _LEAD),
    (Act.CLOSE, (_S.SETTLED,), _S.CLOSED, _DESK),
    (Act.CLOSE, _GOING, _S.CLOSED, _LEAD),
    (Act.REOPEN, (_S.CLOSED,), _S.REOPENED, _ALL),
)


def _lines() -> Iterator[tuple[tuple[Stage, Act], Line]]:
    for act, stages, to, roles in _ROWS:
        for stage in stages:
            yield (stage, act), Line(to or stage, roles)


TABLE: Mapping[tuple[Stage, Act], Line] = dict(_lines())
"""Every move there is; what is not in it is not done."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The act is done; the case stands at `to`."""

    to: Stage


@dataclass(frozen=True, slots=True)
class Refused:
    """The act is not done, and why; `roles` may do it where it is only not theirs."""

    no: No
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An act and who does it. `fact`: what is new, for a case to be opened again. `warning`: the message that
    warns of the next scam, written down, for a case to be closed."""

    act: Act
    role: Role
    fact: str = ""
    warning: str = ""


def may(stage: Stage, act: Act, role: Role) -> Line | Refused:
    """Whether the table lets this role do this here, whatever else the act needs."""
    line = TABLE.get((stage, act))
    if line is None:
        return Refused(No.NOT_FROM_HERE)
    if role not in line.roles:
        return Refused(No.NOT_YOURS, tuple(other for other in Role if other in line.roles))
    return line


def move(stage: Stage, wanted: Wanted) -> Moved | Refused:
    """Where an act leads from this stage, or why it is not done."""
    line = may(stage, wanted.act, wanted.role)
    if isinstance(line, Refused):
        return line
    if wanted.act is Act.REOPEN and not wanted.fact:
        return Refused(No.NO_NEW_FACT)
    if wanted.act is Act.CLOSE and not wanted.warning:
        return Refused(No.NO_WARNING)
    return Moved(line.to)


def acts_from(stage: Stage, role: Role) -> tuple[Act, ...]:
    """What this role may do here, in the order of the closed list."""
    return tuple(act for act in Act if (line := TABLE.get((stage, act))) and role in line.roles)


IS_OVER = frozenset({Stage.SETTLED, Stage.CLOSED})
"""Stages in which no clock runs."""
