"""The checkup: everything an installation needs, looked at in one pass; nothing is changed by looking."""

from __future__ import annotations

from pathlib import Path

from outreach.errors import OutreachError
from outreach.settings import read_settings
from outreach.wiring.checkup import edition, files, installation, receipts
from outreach.wiring.checkup.finding import Finding, Look, State, guarded, told, waiting
from outreach.wiring.house import House

__all__ = ["Finding", "State", "checkup", "guarded"]

ANY_FIRM = "Acme"
"""Measures templates where the settings, which name the firm, do not fit."""


def checkup(workspace: Path) -> list[Finding]:
    """Every finding, in the order in which things are needed. Never raises: what breaks is a finding."""
    try:
        settings = read_settings(workspace)
    except OutreachError as error:
        return [
            *told("settings", error),
            *files.files(workspace / "rules", workspace / "templates", ANY_FIRM),
        ]
    house = House(settings)
    rules, templates = settings.at(settings.rules), settings.at(settings.templates)
    looks: dict[str, Look] = {
        "settings": lambda: installation.settings(settings),
        "keys": lambda: installation.keys(settings),
        "clock": lambda: installation.clock(house),
        "database": lambda: installation.database(house),
        "files": lambda: files.files(rules, templates, settings.firm),
        "ladders": lambda: waiting("ladders", lambda: files.ladders(house)),
        "edition": lambda: edition.look(house),
        "feeds": lambda: waiting("feeds", lambda: installation.feeds(house)),
        "senders": lambda: installation.providers(house),
        "callbacks": lambda: receipts.look(settings),
        "core": lambda: installation.core(settings),
        "holds": lambda: waiting("holds", lambda: files.holds(house)),
        "outbox": lambda: installation.folder("outbox", settings.at(settings.outbox)),
        "archive": lambda: installation.folder("archive", settings.at(settings.archive)),
    }
    return [finding for about, look in looks.items() for finding in guarded(about, look)]
