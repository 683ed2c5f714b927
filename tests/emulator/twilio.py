"""Twilio's Messages: create, and list by To, newest first, in pages."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from tests.emulator.journal import Entry, Journal
from tests.emulator.server import Asked, Said

NUMBER = re.compile(r"\+[1-9]\d{6,14}")


async def create(journal: Journal, account: str, asked: Asked) -> Said:
    """A message, or why there is none."""
    form = {name: values[-1] for name, values in parse_qs(asked.body.decode()).items()}
    for code, wrong in (
        (21604, "To" not in form),
        (21602, "Body" not in form),
        (21603, not form.keys() & {"From", "MessagingServiceSid"}),
        (21211, not NUMBER.fullmatch(form.get("To", ""))),
    ):
        if wrong:
            return Said(400, {"code": code, "message": "wrong", "status": 400})
    callback = parse_qs(urlsplit(form.get("StatusCallback", "")).query)
    entry = {
        "ref": f"SM{uuid4().hex}",
        "message": callback.get("message", [""])[0],
        "to": form["To"],
        "from": form.get("From", ""),
        "text": form["Body"],
    }
    (entry,) = await journal.accept("twilio", [entry])
    return Said(201, _shown(account, entry, sent=None))


def listed(journal: Journal, account: str, asked: Asked, queued: float) -> Said:
    """A page. A filter by DateSent leaves out what is still queued, as Twilio's does."""
    size = min(int(asked.query.get("PageSize", "50")), 1000)
    page = int(asked.query.get("Page", "0"))
    # A page token holds the place in the list as it was, or new messages would push rows to and fro.
    last = int(asked.query.get("PageToken", "0")) or journal.count
    entries = [e for e in journal.to(asked.query.get("To", "")) if int(str(e["n"])) <= last]
    rows = [_shown(account, e, sent=_sent(e, queued)) for e in entries]
    if any(name.startswith("DateSent") for name in asked.query):
        rows = [row for row in rows if row["date_sent"] is not None]
    here = asked.path
    onward = {**asked.query, "PageSize": size, "Page": page + 1, "PageToken": last}
    more = len(rows) > (page + 1) * size
    return Said(
        200,
        {
            "messages": rows[page * size : (page + 1) * size],
            "page": page,
            "page_size": size,
            "uri": f"{here}?{urlencode(asked.query)}",
            "first_page_uri": f"{here}?{urlencode({**asked.query, 'PageSize': size, 'Page': 0})}",
            "next_page_uri": f"{here}?{urlencode(onward)}" if more else None,
            "previous_page_uri": None,
        },
    )


def _sent(entry: Entry, queued: float) -> float | None:
    at = float(str(entry["at"])) + queued
    return at if at <= time.time() else None


def _date(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(int(at), UTC))


def _shown(account: str, entry: Entry, sent: float | None) -> dict[str, object]:
    created = float(str(entry["at"]))
    return {
        "sid": entry["ref"],
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": entry["text"],
        "date_created": _date(created),
        "date_sent": None if sent is None else _date(sent),
        "date_updated": _date(sent or created),
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": entry["from"],
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "status": "queued" if sent is None else "sent",
        "subresource_uris": {},
        "to": entry["to"],
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{entry['ref']}.json",
    }
