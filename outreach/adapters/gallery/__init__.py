"""The gallery: every message in every language and situation, as the people who get it will see it.

compose ─▶ cards (with marks) ─▶ page: one HTML file that needs nothing else
"""

from outreach.adapters.gallery.cards import Card, Gallery, Mark, Situation, Take
from outreach.adapters.gallery.compose import compose
from outreach.adapters.gallery.page import page

__all__ = ["Card", "Gallery", "Mark", "Situation", "Take", "compose", "page"]
