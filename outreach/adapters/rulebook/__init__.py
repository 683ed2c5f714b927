"""The folder `rules/`, from text to checked values: what the analyst writes, what the engine asks."""

from outreach.adapters.rulebook.codes import CODES
from outreach.adapters.rulebook.folder import (
    Gathered,
    gather,
    is_of_book,
    load_catalogue,
    load_rulebook,
    load_shelves,
    read_edition,
    read_rulebook,
)
from outreach.adapters.rulebook.questioned import kept_questionnaires
from outreach.adapters.rulebook.schema import rules_schema

__all__ = [
    "CODES",
    "Gathered",
    "gather",
    "is_of_book",
    "kept_questionnaires",
    "load_catalogue",
    "load_rulebook",
    "load_shelves",
    "read_edition",
    "read_rulebook",
    "rules_schema",
]
