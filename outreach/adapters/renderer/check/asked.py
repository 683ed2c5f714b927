"""What templates are checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from outreach.domain.facts import Catalogue

Uses = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Template → channel → the ladders that say it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The facts there are, the firm's name, its own domains, the rules folder and who says what where.

    `default` is the firm's own language, which people read where theirs is missing; `is_strict` makes that an
    error. Without `rules` the published list is not looked at; without `uses` nobody asks for a template.
    """

    catalogue: Catalogue
    firm: str
    domains: frozenset[str] = frozenset()
    rules: Path | None = None
    uses: Uses | None = None
    default: str = "en"
    is_strict: bool = False
