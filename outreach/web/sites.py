"""Whether another site made a browser post."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request


def is_cross_site(request: Request) -> bool:
    """True where the browser says that another site posts. The signed form is the true key; this is a second
    lock.

    `Origin: null` says nothing: under our own no-referrer policy browsers send it from our own page.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin", "null")
    return origin != "null" and urlsplit(origin).netloc != request.headers.get("host")
