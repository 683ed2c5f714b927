"""Which provider a request is for."""

from __future__ import annotations

from tests.emulator import fcm, sendgrid, twilio
from tests.emulator.journal import Journal
from tests.emulator.server import Asked, Said


class Providers:
    """All three on one port: their paths differ."""

    def __init__(self, journal: Journal, *, queued: float, activity: bool) -> None:
        self._journal = journal
        self._queued = queued
        self._activity = activity

    async def answer(self, asked: Asked) -> Said:
        """Take it, and say so."""
        match asked.method, asked.path.split("/")[1:]:
            case "GET", ["health"]:
                return Said(200, {"accepted": self._journal.count})
            case "POST", ["token"]:
                return Said(200, {"access_token": "emulated", "expires_in": 3599})
        if not asked.authorized:
            return Said(401, {"code": 20003, "message": "Authenticate"})
        return await (self._post(asked) if asked.method == "POST" else self._get(asked))

    async def _post(self, asked: Asked) -> Said:
        match asked.path.split("/")[1:]:
            case ["2010-04-01", "Accounts", account, "Messages.json"]:
                return await twilio.create(self._journal, account, asked)
            case ["v3", "mail", "send"]:
                return await sendgrid.send(self._journal, asked)
            case ["v1", "projects", project, "messages:send"]:
                return await fcm.send(self._journal, project, asked)
        return NOWHERE

    async def _get(self, asked: Asked) -> Said:
        match asked.path.split("/")[1:]:
            case ["2010-04-01", "Accounts", account, "Messages.json"]:
                return twilio.listed(self._journal, account, asked, self._queued)
            case ["v3", "messages"] if self._activity:
                return sendgrid.activity(self._journal, asked)
            case ["v3", "messages"]:
                return Said(403, {"errors": [{"message": "access forbidden", "field": None}]})
        return NOWHERE


NOWHERE = Said(404, {"code": 20404, "message": "not found"})
