"""How a recovery case stands, on the answer page: in plain words, and never more than was confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import escape
from string import Template

from babel.numbers import format_decimal
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from outreach.domain.answer import PageFacts
from outreach.domain.case_view import Asked, CaseView, FirmView
from outreach.domain.recovery_case import Stage
from outreach.domain.token import Token
from outreach.web.moments import until
from outreach.web.sayings import Kind, Sayings

_PARTS = ("title", "asked", "nobody", "next", "until", "back", "promise", "warning", "core")

CASE = Kind(
    name="case",
    keys=(
        *(f"case.{part}" for part in _PARTS),
        *(f"freeze.{asked}" for asked in Asked),
        *(f"stage.{stage}" for stage in Stage),
    ),
    names=("who", "until", "amount"),
)
"""`case.<locale>.toml`; a language without one is spoken to in the firm's own."""

_ENDED = frozenset({Stage.SETTLED, Stage.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSection:
    """Holds nothing about any request."""

    look: Callable[[str], CaseView | None]
    sayings: Sayings
    now: Callable[[], datetime]

    def mount(self, app: Starlette) -> None:
        """Beside the answer page of this application."""
        app.state.case_section = self

    async def section(self, token: Token, facts: PageFacts) -> str:
        """What the page says of the case; nothing where there is none, or somebody else reads along."""
        if facts.is_overlooked:
            return ""
        view = await run_in_threadpool(self.look, token.message)
        return "" if view is None else case_section(self.sayings, view, facts, self.now())


def case_section_of(request: Request) -> CaseSection | None:
    """The section that is mounted here."""
    found = getattr(request.app.state, "case_section", None)
    return found if isinstance(found, CaseSection) else None


@dataclass(frozen=True, slots=True)
class _Voice:
    """Says one language's texts, escaped, with names kept apart from right-to-left text."""

    texts: Mapping[str, str]

    def __call__(self, key: str, **names: str) -> str:
        apart = {name: f"<bdi>{escape(value)}</bdi>" for name, value in names.items()}
        return Template(escape(self.texts[key])).substitute(apart)


def case_section(sayings: Sayings, view: CaseView, facts: PageFacts, now: datetime) -> str:
    """The section as HTML, in the language of the person or, where it has no words for it, the firm's."""
    locale = sayings.locale(facts.locale)
    texts = sayings.texts[locale]
    say = _Voice(texts)
    parts = [f"<h2>{say('case.title')}</h2>", f"<p>{say(f'stage.{view.stage}')}</p>"]
    if view.stage is not Stage.CLOSED:
        parts += [f"<h2>{say('case.asked')}</h2>", _firms(view.firms, say)]
    for currency, amount in view.back.items():
        if amount > 0:
            parts.append(
                f"<p><strong>{say('case.back', amount=_money(amount, currency, locale))}</strong></p>"
            )
    if view.until is not None and view.until > now and view.stage not in _ENDED:
        moment = until(view.until, now, facts.zone, locale)
        parts += [f"<h2>{say('case.next')}</h2>", f"<p>{say('case.until', until=moment)}</p>"]
    parts.append(f"<p>{say('case.promise')}</p>")
    if view.stage in _ENDED:  # before that, it stands among the steps after a loss
        parts.append(f"<p><strong>{say('case.warning')}</strong></p>")
    lines = "\n".join(parts)
    return f'<section lang="{escape(locale)}" dir="{escape(texts["direction"])}">\n{lines}\n</section>'


def _firms(firms: Sequence[FirmView], say: _Voice) -> str:
    if not firms:
        return f"<p>{say('case.nobody')}</p>"
    names = [one.firm or say.texts["case.core"] for one in firms]
    asked = zip(firms, names, strict=True)
    return "<ul>\n{}\n</ul>".format(
        "\n".join(f"<li>{say(f'freeze.{one.asked}', who=name)}</li>" for one, name in asked)
    )


def _money(amount: Decimal, currency: str, locale: str) -> str:
    """`1.250,5 EUR`: the code as it is kept, because tokens have no sign of their own."""
    tongue = locale.replace("-", "_")
    return f"{format_decimal(amount, locale=tongue, decimal_quantization=False)} {currency}"
