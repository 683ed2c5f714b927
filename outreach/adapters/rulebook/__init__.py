"""The folder `rules/`, from text to checked values: what the analyst writes, what the engine asks."""

from outreach.adapters.rulebook.codes import CODES
from outreach.adapters.rulebook.folder import load_catalogue, load_rulebook, read_rulebook

__all__ = ["CODES", "load_catalogue", "load_rulebook", "read_rulebook"]
