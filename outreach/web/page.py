"""The answer page as HTML: works without JavaScript, names nobody, loads nothing."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from outreach.domain.answer import Answer, PageFacts, WhatNext, what_next
from outreach.domain.transfer import TransferStatus
from outreach.web.words import Words

_PAGE = Template(files("outreach.web").joinpath("page.html").read_text(encoding="utf-8"))
_STYLE = files("outreach.web").joinpath("page.css").read_text(encoding="utf-8")
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; "
    f"style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every response, whatever its status: the page's address is a secret that must not leak or be kept."""

_SAYS_THE_STATE = {WhatNext.ALREADY_LEFT, WhatNext.ALREADY_CANCELLED}  # no second sentence on the same state


def question_page(words: Words, facts: PageFacts) -> str:
    """The message's question with a button for each answer that applies."""
    say = _Voice(words, facts)
    buttons = "\n".join(
        f'<button name="answer" value="{answer}">{say(f"answers.{answer}")}</button>'
        for answer in facts.answers
    )
    body = [
        f"<h1>{say('page.title')}</h1>",
        f"<p>{say('page.about')}</p>",
        f"<blockquote>{escape(words.pattern(facts.pattern))}</blockquote>",
        _transfer(say, facts.transfer),
        f"<h2>{say('page.question')}</h2>",
        f'<form method="post" autocomplete="off">\n{buttons}\n</form>',
    ]
    return _page(words, say.plain("page.title"), [*body, _footer(say)])


def answered_page(words: Words, facts: PageFacts, answer: Answer, *, is_first: bool) -> str:
    """The answer that stands and what happens next; where it was given before, says so."""
    say = _Voice(words, facts)
    title = "page.thanks" if is_first else "page.answered"
    step = what_next(answer, facts.transfer)
    body = [
        f"<h1>{say(title)}</h1>",
        "" if is_first else f"<p>{say('page.first')}</p>",
        f"<blockquote>{say(f'answers.{answer}')}</blockquote>",
        f"<h2>{say('page.next')}</h2>",
        f"<p>{say(f'next.{step}')}</p>",
        "" if step in _SAYS_THE_STATE else _transfer(say, facts.transfer),
        f"<p>{say('page.change')}</p>",
    ]
    return _page(words, say.plain(title), [*body, _footer(say)])


def closed_page(words: Words, key: str) -> str:
    """A page that knows no message (`key` is one of words.CLOSED), telling how to verify in the app."""
    texts = {part: escape(words.texts[f"closed.{key}.{part}"]) for part in ("title", "text")}
    verify = escape(words.texts["closed.verify"])
    body = [f"<h1>{texts['title']}</h1>", f"<p>{texts['text']}</p>", f"<p>{verify}</p>"]
    return _page(words, texts["title"], body)


class _Voice:
    """Says one language's texts of one message, escaped, with names kept apart from right-to-left text."""

    def __init__(self, words: Words, facts: PageFacts) -> None:
        self._texts = words.texts
        self._names = {"firm": escape(facts.firm), "reference": escape(facts.reference)}

    def __call__(self, key: str) -> str:
        apart = {name: f"<bdi>{value}</bdi>" for name, value in self._names.items()}
        return Template(escape(self._texts[key])).substitute(apart)

    def plain(self, key: str) -> str:
        return Template(escape(self._texts[key])).substitute(self._names)


def _transfer(say: _Voice, status: TransferStatus) -> str:
    return "" if status is TransferStatus.UNKNOWN else f"<p>{say(f'transfer.{status}')}</p>"


def _footer(say: _Voice) -> str:
    return f"<footer><p>{say('page.verify')}</p>\n<p>{say('page.never')}</p></footer>"


def _page(words: Words, title: str, body: list[str]) -> str:
    return _PAGE.substitute(
        lang=words.locale,
        direction=words.texts["direction"],
        title=title,
        style=_STYLE,
        body="\n".join(part for part in body if part),
    )
