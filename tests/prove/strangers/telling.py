"""What a claim about Prism tells: ours taken, spoilt ones turned away, and both read rightly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach.domain.delivery import Accepted, SendResult
from tests.prove.figures import Figure


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What became of some messages, and the statuses that Prism answered."""

    results: Sequence[SendResult]
    statuses: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Spoilt:
    """A faulty request: what became of it, and what should have."""

    sent: Sent
    wanted: type | tuple[type, ...]


def told(good: Sequence[Sent], spoilt: Mapping[str, Spoilt], of: str) -> dict[str, Figure]:
    """The figures."""
    ours = [result for sent in good for result in sent.results]
    requests = [(status, one.wanted) for one in spoilt.values() for status in one.sent.statuses]
    results = [(result, one.wanted) for one in spoilt.values() for result in one.sent.results]
    named = f"spoilt requests: {', '.join(spoilt)}"
    return {
        "of ours turned away": Figure(sum(type(one) is not Accepted for one in ours), len(ours), of),
        "spoilt and taken": Figure(sum(200 <= status < 300 for status, _ in requests), len(requests), named),
        "spoilt and misread": Figure(
            sum(not isinstance(one, wanted) for one, wanted in results), len(results), named
        ),
    }
