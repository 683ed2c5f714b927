"""FCM's messages:send."""

from __future__ import annotations

import json
from uuid import uuid4

from tests.emulator.journal import Journal
from tests.emulator.server import Asked, Said


async def send(journal: Journal, project: str, asked: Asked) -> Said:
    """A push, or why there is none. What shares a `key` replaces one another on the screen."""
    push = json.loads(asked.body).get("message") or {}
    if not push.get("token"):
        return Said(400, {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "no token"}})
    ref = f"projects/{project}/messages/0:{uuid4().hex}"
    entry = {
        "ref": ref,
        "message": push.get("data", {}).get("message", ""),
        "to": push["token"],
        "key": push.get("android", {}).get("notification", {}).get("tag", ""),
        "text": push.get("notification", {}).get("body", ""),
    }
    await journal.accept("fcm", [entry])
    return Said(200, {"name": ref})
