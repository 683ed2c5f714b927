"""A file of facts, as a person writes one to try something out: `amount: 1250`, one a line, YAML or JSON."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from outreach.adapters.rulebook.compose import compose, open_page
from outreach.adapters.rulebook.examples import read_facts
from outreach.domain.facts import Catalogue, Value
from outreach.errors import RulesError


def read_given(file: Path, catalogue: Catalogue, now: datetime) -> dict[str, Value]:
    """The file's facts in the catalogue's types; `in 3 hours` counts from `now`.

    Raises RulesError with every problem and its place: no YAML, an unknown fact, a value of another type.
    """
    page = open_page(str(file), file.read_bytes())
    root = compose(page)
    facts = {} if root is None else read_facts(page, root, catalogue, now)
    if page.problems:
        raise RulesError(page.problems)
    return facts
