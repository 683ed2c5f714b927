"""Pictures that strangers send: made anew from their pixels, and kept as sealed files nobody serves."""

from __future__ import annotations

from outreach.adapters.pictures.cleaning import Cleaner
from outreach.adapters.pictures.shelf import Shelf

__all__ = ["Cleaner", "Shelf"]
