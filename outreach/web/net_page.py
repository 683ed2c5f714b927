"""The safety net as HTML: what somebody can do under a hold, each with what follows, and the questions.

One question a page, each answer a button: it works without JavaScript, and going back changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from string import Template

from babel import Locale
from babel.lists import format_list
from babel.units import format_unit

from outreach.domain.answer import Answer, PageFacts
from outreach.domain.hold import AtEnd, left
from outreach.domain.questionnaire import Ask, Asked, End, Question, Questionnaire
from outreach.web.language import nearest
from outreach.web.moments import until
from outreach.web.sayings import Sayings

PAGE = "?page=questions"
BACK = "?"
"""Beside the page they are on: the address itself is a secret, and is written nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """Says one language's texts, escaped. `zone` is the person's own."""

    sayings: Sayings
    locale: str
    names: Mapping[str, str]
    zone: str
    now: datetime

    def __call__(self, key: str, **more: str) -> str:
        """One text, with names kept apart from text that runs the other way."""
        names = {name: f"<bdi>{escape(value)}</bdi>" for name, value in {**self.names, **more}.items()}
        return Template(escape(self.sayings.texts[self.locale][key])).substitute(names)

    @property
    def direction(self) -> str:
        """ltr or rtl."""
        return self.sayings.texts[self.locale]["direction"]

    def moment(self, at: datetime) -> str:
        """A moment on the person's clock."""
        return until(at, self.now, self.zone, self.locale)

    def length(self, rest: timedelta) -> str:
        """`5 hours and 12 minutes`."""
        minutes = int(rest.total_seconds()) // 60
        tongue = Locale.parse(self.locale, sep="-")
        named = ((minutes // 60, "duration-hour"), (minutes % 60, "duration-minute"))
        parts = [format_unit(n, unit, locale=tongue) for n, unit in named if n]
        return format_list(parts or [format_unit(0, "duration-minute", locale=tongue)], locale=tongue)


def section(say: Tongue, facts: PageFacts, asked: Asked | None, at_end: AtEnd) -> str:
    """What the answer page says of a hold: nothing where the core confirms none now."""
    if facts.is_overlooked:
        link = f'<p><a href="{PAGE}">{say("quiet.link")}</a></p>' if asked and asked.is_offered else ""
        return _apart(say, link)
    hold = facts.hold
    rest = left(hold.ends_at, say.now)
    if hold.ends_at is None or rest is None:
        ended = hold.ended_at
        return _apart(say, f"<p>{say('hold.ended', until=say.moment(ended))}</p>" if ended else "")
    ends = say.moment(hold.ends_at)
    told = f"<p>{say('hold.until', until=ends, left=say.length(rest))}</p>"
    if facts.answered not in (None, Answer.IT_IS_MINE):
        return _apart(say, told)
    ways = [
        *((_way(say, "stop", say("hold.stop_then")),) if Answer.STOP_TRANSFER in _open(facts) else ()),
        _way(say, "release", _release(say, asked)),
        _way(say, "nothing", say(f"hold.{at_end}", until=ends)),
    ]
    return _apart(say, f"{told}\n<h2>{say('hold.choose')}</h2>\n<dl>\n{''.join(ways)}</dl>")


def _open(facts: PageFacts) -> tuple[Answer, ...]:
    return facts.answers if facts.answered is None else ()


def _way(say: Tongue, name: str, then: str) -> str:
    return f"<dt>{say(f'hold.{name}')}</dt>\n<dd>{then}</dd>\n"


def _release(say: Tongue, asked: Asked | None) -> str:
    is_over = asked is not None and asked.stand is not None and asked.stand.end not in (None, End.STOP)
    if asked is None or not (asked.is_offered or is_over):
        return say("hold.release_person")
    if is_over:
        return _said_of(say, asked)
    later = asked.release_at if asked.release_at and asked.release_at > say.now else None
    at = f" {say('hold.release_at', at=say.moment(later))}" if later else ""
    return f'{say("hold.release_then")}{at} <a href="{PAGE}">{say("hold.questions")}</a>'


def _said_of(say: Tongue, asked: Asked) -> str:
    assert asked.stand is not None
    if asked.stand.end is End.RELEASE and asked.release_at and asked.release_at > say.now:
        return say("end.release_at", at=say.moment(asked.release_at))
    return say(f"end.{asked.stand.end}")


def _apart(say: Tongue, body: str) -> str:
    return f'<section lang="{say.locale}" dir="{say.direction}">\n{body}\n</section>' if body else ""


def question_body(say: Tongue, asked: Asked, *, was_empty: bool = False) -> tuple[str, list[str]]:
    """Title and body of the page that asks, or that says how the questions ended."""
    where, questionnaire = asked.stand, asked.questionnaire
    if where is not None and where.end is not None:
        return _end_body(say, asked)
    if where is None or where.question is None or questionnaire is None or not asked.is_offered:
        return say("end.closed"), [f"<h1>{say('end.title')}</h1>", f"<p>{say('end.closed')}</p>", _back(say)]
    question = where.question
    text, attributes = _text(questionnaire, question.id, asked.locale, say)
    number = say("question.number", n=str(where.asked + 1))
    return say("question.number", n=str(where.asked + 1)), [
        f"<p>{number}</p>",
        f"<h1{attributes}>{text}</h1>",
        f'<p role="alert"><strong>{say("question.empty")}</strong></p>' if was_empty else "",
        f'<form method="post" action="{PAGE}" autocomplete="off">',
        f'<input type="hidden" name="question" value="{escape(question.id)}">',
        _answers(say, question, questionnaire, asked.locale),
        "</form>",
        f"<p>{say('question.kept')}</p>",
        _back(say),
    ]


def _answers(say: Tongue, question: Question, questionnaire: Questionnaire, locale: str) -> str:
    if question.ask is Ask.TEXT:
        area = '<textarea id="words" name="words" rows="4" maxlength="500" required></textarea>'
        send = f'<button name="option" value="{question.options[0].id}">{say("question.send")}</button>'
        return f'<label for="words">{say("question.words")}</label>\n{area}\n{send}'
    if question.ask is Ask.YES_NO:
        named = [(each.id, say(f"question.{each.id}"), "") for each in question.options]
    else:
        named = [
            (each.id, *_text(questionnaire, f"{question.id}.{each.id}", locale, say))
            for each in question.options
        ]
    return "\n".join(
        f'<button name="option" value="{escape(id)}"{attributes}>{text}</button>'
        for id, text, attributes in named
    )


def _text(questionnaire: Questionnaire, key: str, locale: str, say: Tongue) -> tuple[str, str]:
    """A text in the person's language where there is one, and the attribute that says which it is."""
    there = [each for each in questionnaire.texts if key in questionnaire.texts[each]]
    found = nearest(locale, there) or ("en" if "en" in there else there[0])
    direction = "rtl" if Locale.parse(found, sep="-").text_direction == "rtl" else "ltr"
    attributes = "" if found == say.locale else f' lang="{escape(found)}" dir="{direction}"'
    return escape(questionnaire.texts[found][key]), attributes


def _end_body(say: Tongue, asked: Asked) -> tuple[str, list[str]]:
    assert asked.stand is not None
    stop = ""
    if asked.stand.end is End.STOP and not asked.is_overlooked:
        button = f'<button name="answer" value="{Answer.STOP_TRANSFER}">{say("hold.stop")}</button>'
        stop = f'<form method="post" action="{BACK}">\n{button}\n</form>'
    title = say("end.title")
    return title, [f"<h1>{title}</h1>", f"<p>{_said_of(say, asked)}</p>", stop, _back(say)]


def _back(say: Tongue) -> str:
    return f'<p><a href="{BACK}">{say("question.back")}</a></p>'
