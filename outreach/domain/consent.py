"""Consent: what the ledger's rows come to. Pure, and the same in whatever order the rows were read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from outreach.domain.scale import Channel

ALL = "all"
"""In a row: every channel, or every program."""


class Program(StrEnum):
    """What a message is for. A yes or a no to one says nothing of the other."""

    SECURITY = "security"  # warnings
    EDUCATION = "education"  # what helps before anything has happened


class Basis(StrEnum):
    """On what ground somebody is written to."""

    CONSENT = "consent"  # the person's own yes
    EXEMPTION = "exemption"  # a law that allows warnings without one, under limits


Row = tuple[str, str, str, bool, datetime]
"""A row of the ledger: channel or ALL, program or ALL, basis, granted, at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands for one person: the latest word per channel, in each program.

    A channel that is not in a program was never asked about. `exempt` names the channels on which the
    ledger says that warnings rest on an exemption.
    """

    security: Mapping[Channel, bool] = field(default_factory=dict)
    education: Mapping[Channel, bool] = field(default_factory=dict)
    exempt: frozenset[Channel] = frozenset()

    def said(self, program: Program) -> Mapping[Channel, bool]:
        """The words of one program."""
        return self.education if program is Program.EDUCATION else self.security


NEVER_ASKED = Standing()


def standing_of(rows: Iterable[Row]) -> Standing:
    """What these rows of one person come to: the latest word counts, and of one instant's the withdrawal.

    Only consent makes a yes; a withdrawal on any basis is a no, which only a later consent undoes.
    """
    return _fold(tuple([row[:4] for row in sorted(rows, key=_order)]))


@lru_cache(maxsize=4096)  # a million people have a few dozen histories; each message asks for one
def _fold(words: tuple[tuple[str, str, str, bool], ...]) -> Standing:
    said: dict[str, dict[Channel, bool]] = {program: {} for program in Program}
    exempt: set[Channel] = set()
    for channel, program, basis, granted in words:
        channels, programs = _channels(channel), _programs(program)
        if basis == Basis.CONSENT or not granted:
            for each in programs:
                said[each].update(dict.fromkeys(channels, granted))
        if basis == Basis.EXEMPTION and Program.SECURITY in programs:
            exempt = exempt.union(channels) if granted else exempt.difference(channels)
    return Standing(
        security=said[Program.SECURITY], education=said[Program.EDUCATION], exempt=frozenset(exempt)
    )


def _order(row: Row) -> tuple[datetime, bool]:
    return row[4], not row[3]


def _channels(word: str) -> tuple[Channel, ...]:
    return _CHANNELS.get(word, ())


def _programs(word: str) -> tuple[Program, ...]:
    return _PROGRAMS.get(word, ())


# A word that a newer version wrote, and this one does not know, is about nothing that this one sends.
_CHANNELS: Mapping[str, tuple[Channel, ...]] = {ALL: tuple(Channel)} | {c.value: (c,) for c in Channel}
_PROGRAMS: Mapping[str, tuple[Program, ...]] = {ALL: tuple(Program)} | {p.value: (p,) for p in Program}
