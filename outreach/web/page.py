"""The answer page as HTML: works without JavaScript, names nobody, loads nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from outreach.domain.answer import Answer, PageFacts, WhatNext, what_next
from outreach.domain.overlooked import PATTERN as QUIET_PATTERN
from outreach.domain.transfer import TransferStatus
from outreach.web import silent
from outreach.web.moments import until
from outreach.web.words import AFTER_LOSS, AFTER_TAKEOVER, UNSUBSCRIBE, Words

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
_STEPS = {
    WhatNext.SENT_NOTED: AFTER_LOSS,
    WhatNext.ALREADY_LEFT: AFTER_LOSS,
    WhatNext.NOT_ME_NOTED: AFTER_TAKEOVER,
}
_UNHEARD = {Answer.IT_IS_MINE}  # as a second answer: what stands goes on, so the page does not say otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What stands of a person's answers, the first one; `said` is None where a page is only shown."""

    stands: Answer
    said: Answer | None = None
    is_first: bool = False
    is_reach_kept: bool = False

    @property
    def also(self) -> Answer | None:
        """The other answer that was given now and acted on, though the first one stands."""
        return None if self.said in (None, self.stands) or self.said in _UNHEARD else self.said


def question_page(words: Words, facts: PageFacts, *, is_kept: bool = False, hold: str = "") -> str:
    """The message's question with a button for each answer that applies; `hold` is what is said of one."""
    say = _Voice(words, facts)
    if silent.applies(facts) and silent.NAME + ".how" in words.texts:
        return _silent_page(words, facts, say, is_kept=is_kept)
    quiet, asks = ("quiet", "quiet") if facts.is_overlooked else ("answers", "page")
    buttons = "\n".join(
        f'<button name="answer" value="{answer}">{say(f"{quiet}.{answer}")}</button>'
        for answer in facts.answers
    )
    body = [
        f"<h1>{say(f'{asks}.title')}</h1>",
        f"<p>{say('page.about')}</p>",
        f"<blockquote>{escape(words.pattern(_spoken_of(facts)))}</blockquote>",
        "" if facts.is_overlooked else _transfer(say, facts),
        hold,
        f"<h2>{say(f'{asks}.question')}</h2>",
        f'<form method="post" autocomplete="off">\n{buttons}\n</form>',
        "" if facts.is_overlooked else _hour(say),
    ]
    return _page(words, say.plain(f"{asks}.title"), [*body, _footer(say, facts)])


def _silent_page(words: Words, facts: PageFacts, say: _Voice, *, is_kept: bool) -> str:
    """To somebody who lost money in silence: help without a story, and how to be reached."""
    buttons = "\n".join(
        f'<button name="answer" value="{answer}">{say(f"{silent.NAME}.{answer}")}</button>'
        for answer in facts.answers
        if answer in silent.SAID
    )
    body = [
        f"<h1>{say('page.title')}</h1>",
        silent.kept(say) if is_kept else "",
        f"<p>{say('page.about')}</p>",
        f"<blockquote>{say(f'{silent.NAME}.about')}</blockquote>",
        silent.question(say),
        f'<form method="post" autocomplete="off">\n{silent.choice(say)}\n{buttons}',
        f"{silent.keep_button(say)}\n</form>",
        _hour(say),
    ]
    return _page(words, say.plain("page.title"), [*body, _footer(say, facts)])


def answered_page(words: Words, facts: PageFacts, heard: Heard, now: datetime, hold: str = "") -> str:
    """The answer that stands and what happens next; where it was given before, says so.

    Where somebody else reads along, only that an answer is noted: not which one.
    """
    say = _Voice(words, facts)
    if facts.is_overlooked:
        body = [f"<h1>{say('quiet.thanks')}</h1>", f"<p>{say('quiet.next')}</p>"]
        return _page(words, say.plain("quiet.thanks"), [*body, _footer(say, facts)])
    title = "page.thanks" if heard.is_first else "page.answered"
    body = [
        f"<h1>{say(title)}</h1>",
        "" if heard.is_first else f"<p>{say('page.first')}</p>",
        *_follows(say, facts, heard.stands),
        *(_also(say, facts, heard.also) if heard.also else ()),
        _call(say, facts, now),
        "" if _states(facts, heard) & _SAYS_THE_STATE else _transfer(say, facts),
        hold,
        _reach(say, facts, words, heard),
        f"<p>{say('page.change')}</p>",
        _hour(say),
    ]
    return _page(words, say.plain(title), [*body, _footer(say, facts)])


def closed_page(words: Words, key: str) -> str:
    """A page that knows no message (`key` is one of words.CLOSED), telling how to verify in the app."""
    texts = {part: escape(words.texts[f"closed.{key}.{part}"]) for part in ("title", "text")}
    verify = escape(words.texts["closed.verify"])
    body = [f"<h1>{texts['title']}</h1>", f"<p>{texts['text']}</p>", f"<p>{verify}</p>"]
    return _page(words, texts["title"], body)


def unsubscribe_page(words: Words, *, is_done: bool) -> str:
    """The question whether to end education mail, with its button; or that it is ended."""
    say = {part: escape(words.texts[f"unsubscribe.{part}"]) for part in UNSUBSCRIBE}
    if is_done:
        body = [f"<h1>{say['done']}</h1>", f"<p>{say['after']}</p>"]
        return _page(words, say["done"], body)
    # The field is the RFC's own, so that this page posts what a mailbox provider does.
    button = f'<button name="List-Unsubscribe" value="One-Click">{say["button"]}</button>'
    body = [f"<h1>{say['title']}</h1>", f"<p>{say['text']}</p>", f'<form method="post">\n{button}\n</form>']
    return _page(words, say["title"], body)


class _Voice:
    """Says one language's texts of one message, escaped, with names kept apart from right-to-left text."""

    def __init__(self, words: Words, facts: PageFacts) -> None:
        self.locale = words.locale
        self._texts = words.texts
        self._names = {"firm": escape(facts.firm), "reference": escape(facts.reference)}

    def __call__(self, key: str, **more: str) -> str:
        names = self._names | {name: escape(value) for name, value in more.items()}
        apart = {name: f"<bdi>{value}</bdi>" for name, value in names.items()}
        return Template(escape(self._texts[key])).substitute(apart)

    def plain(self, key: str) -> str:
        return Template(escape(self._texts[key])).substitute(self._names)


def _spoken_of(facts: PageFacts) -> str:
    return QUIET_PATTERN if facts.is_overlooked else facts.pattern


def _follows(say: _Voice, facts: PageFacts, answer: Answer) -> Iterable[str]:
    step = what_next(answer, facts.transfer)
    yield f"<blockquote>{say(f'answers.{answer}')}</blockquote>"
    yield f"<h2>{say('page.next')}</h2>"
    yield f"<p>{say(f'next.{step}')}</p>"
    yield _list(say, _STEPS.get(step, ()))


def _also(say: _Voice, facts: PageFacts, answer: Answer) -> Iterable[str]:
    step = what_next(answer, facts.transfer)
    yield f"<h2>{say('page.also')}</h2>"
    yield f"<blockquote>{say(f'answers.{answer}')}</blockquote>"
    yield f"<p>{say(f'next.{step}')}</p>"
    yield _list(say, _STEPS.get(step, ()))


def _reach(say: _Voice, facts: PageFacts, words: Words, heard: Heard) -> str:
    """How to be reached, where that is asked: noted, and to be changed at any time."""
    if not silent.applies(facts) or silent.NAME + ".how" not in words.texts:
        return ""
    return (silent.kept(say) if heard.is_reach_kept else "") + silent.choice_form(say)


def _list(say: _Voice, steps: Sequence[str]) -> str:
    lines = "\n".join(f"<li>{say(f'steps.{step}')}</li>" for step in steps)
    return f"<h2>{say('page.now')}</h2>\n<ol>\n{lines}\n</ol>" if lines else ""


def _states(facts: PageFacts, heard: Heard) -> set[WhatNext]:
    told = {heard.stands, heard.also or heard.stands}
    return {what_next(answer, facts.transfer) for answer in told}


def _call(say: _Voice, facts: PageFacts, now: datetime) -> str:
    """Until when somebody is to call; nothing once that is past, because it would not be true any more."""
    if facts.call_by is None or facts.call_by <= now:
        return ""
    moment = until(facts.call_by, now, facts.zone, say.locale)
    return f"<p><strong>{say('page.until', until=moment)}</strong></p>"


def _hour(say: _Voice) -> str:
    return f"<p>{say('page.at_any_hour')}</p>"


def _transfer(say: _Voice, facts: PageFacts) -> str:
    """What the core says of the transfer; of a hold that had been confirmed and ended, that it ended."""
    status = facts.transfer
    if facts.hold.ended_at is not None and status in {TransferStatus.PENDING, TransferStatus.UNKNOWN}:
        status = TransferStatus.RELEASED
    return "" if status is TransferStatus.UNKNOWN else f"<p>{say(f'transfer.{status}')}</p>"


def _footer(say: _Voice, facts: PageFacts) -> str:
    verify = say("quiet.verify" if facts.is_overlooked else "page.verify")
    return f"<footer><p>{verify}</p>\n<p>{say('page.never')}</p></footer>"


def _page(words: Words, title: str, body: list[str]) -> str:
    return whole_page(words.locale, words.texts["direction"], title, body)


def whole_page(locale: str, direction: str, title: str, body: Sequence[str]) -> str:
    """A page of ours around a body; everything in it is escaped already."""
    return _PAGE.substitute(
        lang=locale,
        direction=direction,
        title=title,
        style=_STYLE,
        body="\n".join(part for part in body if part),
    )
