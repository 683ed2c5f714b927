"""The page on which anybody reports a scam, as HTML: no scripts, nothing loaded, and what was typed is
kept.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from babel import Locale, UnknownLocaleError

from outreach.domain.reporting import LONGEST, Happened, Left, Moment, Reach
from outreach.web.page import HEADERS as PLAIN_HEADERS
from outreach.web.sayings import Sayings

_PAGE = Template(files("outreach.web").joinpath("page.html").read_text(encoding="utf-8"))
_STYLE = "".join(
    files("outreach.web").joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "report.css")
)
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    **PLAIN_HEADERS,
    "Content-Security-Policy": "default-src 'none'; "
    f"style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}
"""On every response of this page."""

TRAP = "fax"
"""A field that no person sees: what fills it is a machine."""

ORDER = (
    *("happened", "money_left", "moment", "where", "amount", "currency"),
    *("words", "reach", "reach_at", "pictures"),
)
FIRST = {"money_left": "money_left-yes"}
"""Which element a fault's link leads to, where that is not the field's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page is made of: language, form name, what was typed, and what is wrong with it by field; `care`
    comes before everything else."""

    sayings: Sayings
    locale: str
    firm: str
    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    faults: Mapping[str, str] = field(default_factory=dict)
    most_pictures: int = 0
    is_known: bool = False
    had_pictures: bool = False
    care: Sequence[str] = ()

    def say(self, key: str, **more: str) -> str:
        """One text of this language, escaped."""
        names = {"firm": self.firm, "most": str(self.most_pictures), **more}
        apart = {name: f"<bdi>{escape(value)}</bdi>" for name, value in names.items()}
        text = escape(self.sayings.texts[self.locale][key])
        return Template(text).substitute(apart)

    def plain(self, key: str) -> str:
        """The same for where no tags may stand."""
        return escape(self.sayings.say(self.locale, key, firm=self.firm))


def form_page(shown: Shown) -> str:
    """The form; where something is wrong, with what it is at the top and beside each field."""
    body = [
        _care(shown.care),
        _languages(shown),
        f"<h1>{shown.say('page.title')}</h1>",
        f"<p>{shown.say('page.intro')}</p>",
        _summary(shown),
        '<form method="post" enctype="multipart/form-data" autocomplete="off" novalidate>',
        f'<input type="hidden" name="form" value="{escape(shown.form)}">',
        *_fields(shown),
        _trap(shown),
        f"<button>{shown.say('page.send')}</button>",
        "</form>",
        f"<footer><p>{shown.say('page.verify')}</p>\n<p>{shown.say('page.never')}</p></footer>",
    ]
    return page(shown, shown.plain("page.title"), body)


def _fields(shown: Shown) -> Iterable[str]:
    yield _select(shown, "happened", Happened, "happened", none="field.happened_none")
    yield _radios(shown, "money_left", Left)
    yield _select(shown, "moment", (Moment.UNKNOWN, *(m for m in Moment if m != Moment.UNKNOWN)), "moment")
    yield _line(shown, "where")
    yield _line(shown, "amount", 'inputmode="decimal"')
    yield _line(shown, "currency", 'autocapitalize="characters"')
    yield _area(shown, "words")
    ways = [way for way in Reach if shown.is_known or way is not Reach.APP]
    yield _select(shown, "reach", ways, "reach")
    yield _line(shown, "reach_at", 'autocomplete="off" dir="ltr"')
    if shown.most_pictures > 0:  # last: of a form that is too large its beginning is read
        kinds = 'type="file" accept="image/png,image/jpeg,image/webp" multiple'
        yield _field(
            shown, "pictures", f'<input id="pictures" name="pictures" {kinds}{_described(shown, "pictures")}>'
        )


def _languages(shown: Shown) -> str:
    """Links to the same page in every other language, each in its own name."""
    others = sorted(shown.sayings.locales - {shown.locale})
    if not others:
        return ""
    links = "\n".join(
        f'<li><a href="?lang={tag}" lang="{tag}" hreflang="{tag}">{escape(_own_name(tag))}</a></li>'
        for tag in others
    )
    return (
        f"<nav><details><summary>{shown.say('page.language')}</summary>\n<ul>\n{links}\n</ul></details></nav>"
    )


def _own_name(tag: str) -> str:
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return tag
    return str(locale.get_display_name(locale) or tag)


def _summary(shown: Shown) -> str:
    if not shown.faults:
        return ""
    keys = sorted(shown.faults, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))
    lines = [_leading(shown, name) for name in keys if name != "form"]
    whole = [f"<p>{shown.say(f'fault.{shown.faults[name]}')}</p>" for name in keys if name == "form"]
    again = [f"<p>{shown.say('page.pictures_again')}</p>"] if shown.had_pictures else []
    listed = f"<ul>\n{''.join(lines)}\n</ul>" if lines else ""
    parts = [
        f"<h2>{shown.say('page.errors')}</h2>",
        f"<p>{shown.say('page.errors_text')}</p>",
        *whole,
        listed,
    ]
    return f'<div class="summary" role="alert">\n{"".join(parts)}{"".join(again)}\n</div>'


def _leading(shown: Shown, name: str) -> str:
    """A link to a field that is wrong, with its name and what is wrong."""
    label = shown.say("page.trap" if name == TRAP else f"field.{name}")
    fault = shown.say(f"fault.{shown.faults[name]}")
    return f'<li><a href="#{FIRST.get(name, name)}"><span>{label} {fault}</span></a></li>'


OPTIONAL = frozenset({"moment", "where", "amount", "currency", "pictures", "words", "reach", "reach_at"})
HINTED = frozenset({"where", "currency", "pictures", "reach_at"})


def _field(shown: Shown, name: str, control: str) -> str:
    """A field: its label, its hint, what is wrong, and what to type into."""
    wrong = _fault(shown, name)
    optional = f' <span class="quiet">{shown.say("page.optional")}</span>' if name in OPTIONAL else ""
    label = f'<label for="{name}">{shown.say(f"field.{name}")}{optional}</label>'
    hint = f'<p class="hint" id="{name}-hint">{shown.say(f"field.{name}_hint")}</p>' if name in HINTED else ""
    return f'<div class="field{" faulty" if wrong else ""}">\n{label}\n{hint}{wrong}{control}\n</div>'


def _fault(shown: Shown, name: str) -> str:
    code = shown.faults.get(name)
    return f'<p class="fault" id="{name}-fault">{shown.say(f"fault.{code}")}</p>' if code else ""


def _described(shown: Shown, name: str) -> str:
    ids = [f"{name}-hint"] * (name in HINTED) + [f"{name}-fault"] * (name in shown.faults)
    told = f' aria-describedby="{" ".join(ids)}"' if ids else ""
    return told + (' aria-invalid="true"' if name in shown.faults else "")


def _line(shown: Shown, name: str, more: str = "") -> str:
    value = escape(shown.typed.get(name, ""))
    about = f'maxlength="{LONGEST[name]}" {more}{_described(shown, name)}'
    control = f'<input id="{name}" name="{name}" value="{value}" {about}>'
    return _field(shown, name, control)


def _area(shown: Shown, name: str) -> str:
    value = escape(shown.typed.get(name, ""))
    about = f'maxlength="{LONGEST[name]}" rows="4"{_described(shown, name)}'
    control = f'<textarea id="{name}" name="{name}" {about}>\n{value}</textarea>'
    return _field(shown, name, control)


def _select(shown: Shown, name: str, values: Iterable[str], section: str, none: str = "") -> str:
    chosen = shown.typed.get(name, "")
    first = [f'<option value="">{shown.plain(none)}</option>'] if none else []
    options = [
        f'<option value="{value}"{" selected" * (value == chosen)}>'
        f"{shown.plain(f'{section}.{value}')}</option>"
        for value in values
    ]
    required = ' required aria-required="true"' if none else ""
    control = f'<select id="{name}" name="{name}"{required}{_described(shown, name)}>\n'
    return _field(shown, name, control + "\n".join([*first, *options]) + "\n</select>")


def _radios(shown: Shown, name: str, values: Iterable[str]) -> str:
    chosen, wrong = shown.typed.get(name, ""), _fault(shown, name)
    choices = "\n".join(
        f'<label class="choice" for="{name}-{value}"><input type="radio" id="{name}-{value}" name="{name}" '
        f'value="{value}"{" checked" * (value == chosen)}> <span>{shown.say(f"left.{value}")}</span></label>'
        for value in values
    )
    told = f' aria-describedby="{name}-fault" aria-invalid="true"' if wrong else ""
    legend = f"<legend>{shown.say(f'field.{name}')}</legend>"
    group = (
        f'<fieldset role="radiogroup" aria-required="true"{told}>\n{legend}\n{wrong}{choices}\n</fieldset>'
    )
    return f'<div class="field{" faulty" if wrong else ""}">\n{group}\n</div>'


def _trap(shown: Shown) -> str:
    """Out of sight; where it was filled all the same, in sight, so that a person can empty it."""
    filled = TRAP in shown.faults
    hides = "" if filled else ' aria-hidden="true"'
    focus = "" if filled else ' tabindex="-1"'
    value = escape(shown.typed.get(TRAP, "")[:40]) if filled else ""
    kind = "field faulty" if filled else "trap"
    return (
        f'<div class="{kind}"{hides}><label for="{TRAP}">{shown.say("page.trap")}</label>'
        f"{_fault(shown, TRAP)}"
        f'<input id="{TRAP}" name="{TRAP}" value="{value}" autocomplete="off"{focus}></div>'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanks:
    """What became of a report, as its person reads it; `care` comes before everything else."""

    reference: str
    until: str
    is_first: bool
    is_case: bool
    is_reachable: bool
    care: Sequence[str] = ()


def thanks_page(shown: Shown, thanks: Thanks) -> str:
    """That it is kept, under which reference, what follows by when, and what to do meanwhile."""
    say = shown.say
    steps = ("no_more", "next_scam", "keep", "police")
    body = [
        _care(thanks.care),
        f"<h1>{say('thanks.title')}</h1>",
        "" if thanks.is_first else f"<p>{say('thanks.again')}</p>",
        f"<p><strong>{say('thanks.reference', reference=thanks.reference)}</strong></p>",
        f"<p>{say('thanks.until', until=thanks.until)}</p>" if thanks.until else "",
        f"<p>{say('thanks.case' if thanks.is_case else 'thanks.no_case')}</p>",
        f"<p>{say('thanks.reach' if thanks.is_reachable else 'thanks.no_reach')}</p>",
        f"<h2>{say('thanks.now')}</h2>",
        "<ol>\n" + "\n".join(f"<li>{say(f'thanks.{step}')}</li>" for step in steps) + "\n</ol>",
        f"<footer><p>{say('page.verify')}</p></footer>",
    ]
    return page(shown, shown.plain("thanks.title"), body)


def _care(paragraphs: Sequence[str]) -> str:
    if not paragraphs:
        return ""
    title, *rest = paragraphs
    said = "\n".join(f"<p>{escape(each)}</p>" for each in rest)
    return f'<section class="care" role="status">\n<h2>{escape(title)}</h2>\n{said}\n</section>'


def closed_page(shown: Shown, title: str, text: str) -> str:
    """A page that takes nothing, with what to do instead; keys of `closed` or of `fault`."""
    body = [f"<h1>{shown.say(title)}</h1>", f"<p>{shown.say(text)}</p>"]
    return page(shown, shown.plain(title), body)


def page(shown: Shown, title: str, body: Sequence[str]) -> str:
    """The whole document."""
    return _PAGE.substitute(
        lang=shown.locale,
        direction=shown.sayings.texts[shown.locale]["direction"],
        title=title,
        style=_STYLE,
        body="\n".join(part for part in body if part),
    )
