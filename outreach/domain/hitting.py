"""Whether a list may come in force by itself: not where it would hit too many of the latest transfers, nor
where it lacks too much of what it said before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.domain.chains import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class HitPolicy:
    """An import that matches more than `share` of the transfers of the last `days` waits for a person.

    So does a complete one that lacks more than `gone` of what its list lists, or all of it: a dump that was
    cut short would take warnings from everybody. `fewest`: so many matches, or addresses, are always let
    pass; of a few a share says nothing.
    """

    share: float = 0.005
    fewest: int = 5
    days: int = 7
    gone: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What an import would match of the latest transfers: all of them, the matched, and by which entry."""

    transfers: int
    matched: int
    by_entry: Mapping[Address, int]

    def is_over(self, policy: HitPolicy) -> bool:
        """Whether it must wait for a person."""
        return self.matched > policy.fewest and self.matched > policy.share * self.transfers

    def offenders(self, most: int = 50) -> list[tuple[Address, int]]:
        """The entries with what each matches, the worst first."""
        worst = sorted(self.by_entry.items(), key=lambda pair: (-pair[1], pair[0].chain, pair[0].text))
        return worst[:most]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacks:
    """What a complete list lacks: how many addresses its list lists, how many of them go, how many are left
    with what is new."""

    listed: int = 0
    gone: int = 0
    left: int = 0

    def is_over(self, policy: HitPolicy) -> bool:
        """Whether it must wait for a person."""
        is_most = self.gone > policy.fewest and self.gone > policy.gone * self.listed
        return self.gone > 0 and (is_most or not self.left)
