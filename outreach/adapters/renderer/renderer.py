"""The renderer the engine holds: template, channel, locale and context in, a message's words out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path

from babel.core import Locale

from outreach.adapters.renderer import formats
from outreach.adapters.renderer.library import Library, Page, compile_layout, read_library
from outreach.adapters.renderer.locales import canonical, choices, format_locale, is_rtl
from outreach.adapters.renderer.words import as_html, clean, clean_code, one_line, tidy
from outreach.domain.facts import Catalogue
from outreach.domain.message import Content, Rendered
from outreach.domain.problem import did_you_mean
from outreach.domain.scale import Channel
from outreach.errors import RenderError, RulesError

Context = Mapping[str, object]


class JinjaRenderer:
    """Says the templates of a folder; fits `engine.ports.Renderer`.

    The folder is read once, whole: raises RulesError with every problem where a template does not fit.
    `firm` is said where the context names none; `aliases` maps a locale to another (`pt-PT` → `pt-BR`).
    """

    def __init__(
        self,
        folder: Path,
        *,
        firm: str,
        catalogue: Catalogue,
        aliases: Mapping[str, str] | None = None,
        default_locale: str = "en",
    ) -> None:
        library = read_library(folder, catalogue)
        if library.problems:
            raise RulesError(library.problems)
        self._speak(library, firm, aliases or {"pt-PT": "pt-BR"}, default_locale)

    def _speak(self, library: Library, firm: str, aliases: Mapping[str, str], default: str) -> None:
        self._pages = library.pages
        self._layout = compile_layout(library.layout)
        self._texts = {page.sha256: page.text for page in library.pages.values()} | {
            page.email_sha256: page.text + library.layout for page in library.pages.values()
        }
        self._firm = firm
        self._aliases = {canonical(name): tag for name, tag in aliases.items()}
        self._default = default
        self._find = lru_cache(maxsize=8192)(self._find_page)
        self._wordings = lru_cache(maxsize=8192)(self._variants)

    def render(self, template: str, channel: Channel, locale: str, context: Context) -> Rendered:
        """The words of `<pattern>/<name>` on this channel in the nearest locale there is.

        Raises RenderError naming template, block and what was unknown; never a value.
        """
        page, writing = self._find(template, locale)
        voice = _Voice(page, writing, context, self._firm)
        return Rendered(
            content=self._content(channel, page, voice),
            locale=page.file.locale,
            template=page.file.path,
            template_sha256=page.email_sha256 if channel is Channel.EMAIL else page.sha256,
        )

    def text_of(self, template_sha256: str) -> str:
        """The text that a rendered message's `template_sha256` is the hash of."""
        return self._texts[template_sha256]

    def variants(self, template: str, locale: str) -> Sequence[str]:
        """The wordings of a template in the language this locale finds, itself first: `<name>@b` after it.

        Just itself where it cannot be found: `render` says so.
        """
        return self._wordings(template, locale)

    def _variants(self, template: str, locale: str) -> tuple[str, ...]:
        try:
            page, _ = self._find(template, locale)
        except RenderError:
            return (template,)
        found = {name for name, tag in self._pages if tag == page.file.locale}
        return (template, *sorted(name for name in found if name.startswith(f"{template}@")))

    def templates(self) -> tuple[str, ...]:
        """Every template there is, variants too, in order."""
        return tuple(sorted({name for name, _ in self._pages}))

    def locales(self, template: str) -> tuple[str, ...]:
        """The locales this template is written in."""
        return tuple(sorted(locale for name, locale in self._pages if name == template))

    def _content(self, channel: Channel, page: Page, voice: _Voice) -> Content:
        match channel:
            case Channel.SMS:
                return Content(text=one_line(voice.say("sms")))
            case Channel.PUSH:
                return Content(text=one_line(voice.say("push_body")), title=one_line(voice.say("push_title")))
            case Channel.EMAIL:
                return self._email(page, voice)
            case Channel.INBOX:
                title = voice.first_of("inbox_title", "push_title")
                return Content(text=tidy(voice.first_of("inbox_body", "email_text")), title=one_line(title))
            case Channel.CALL:
                return Content(
                    text=tidy(voice.say("call_script")), title=one_line(voice.say("email_subject"))
                )

    def _email(self, page: Page, voice: _Voice) -> Content:
        title, text = one_line(voice.say("email_subject")), tidy(voice.say("email_text"))
        locale = page.file.locale
        html = self._layout.render(
            lang=locale,
            dir="rtl" if is_rtl(locale) else "ltr",
            title=title,
            body=as_html(text),
        )
        return Content(text=text, title=title, html=html)

    def _find_page(self, template: str, locale: str) -> tuple[Page, _Writing]:
        for tag in choices(locale, self._aliases, self._default):
            page = self._pages.get((template, tag))
            if page is not None:
                return page, _Writing(format_locale(locale, tag))
        hint = did_you_mean(template, {name for name, _ in self._pages})
        lacking = f"there is none for this person's locale, nor in {self._default}"
        raise RenderError(f"template {template}: {lacking}. {hint}".strip())


class _Writing:
    """The functions of one format locale, the same objects for every message."""

    __slots__ = ("money", "plural", "when_in")

    def __init__(self, locale: Locale) -> None:
        self.money: Callable[[Decimal, str], str] = partial(formats.money, locale)
        self.plural = partial(formats.plural, locale)
        self.when_in = lru_cache(maxsize=1024)(partial(_when_in, locale))


def _when_in(locale: Locale, zone: str | None) -> Callable[[datetime], str]:
    return partial(formats.when, locale, formats.zone_of(zone))


class _Voice:
    """One page about to speak of one context."""

    __slots__ = ("_context", "_firm", "_page", "_writing")

    def __init__(self, page: Page, writing: _Writing, context: Context, firm: str) -> None:
        self._page = page
        self._writing = writing
        self._context = context
        self._firm = firm

    def first_of(self, wanted: str, otherwise: str) -> str:
        """The block `wanted` where the template has it, else the other."""
        return self.say(wanted if wanted in self._page.speakers else otherwise)

    def say(self, block: str) -> str:
        """The words of a block. Raises RenderError."""
        speaker = self._page.speakers[block]
        values = {name: self._value(name) for name in speaker.names}
        try:
            return speaker.say(values)
        except Exception:  # whatever a value did, the engine gets one kind of refusal
            lacking = ", ".join(name for name, value in values.items() if value is None)
            because = f"unknown here: {lacking}" if lacking else "a value does not fit what is said of it"
            # Without the cause: its message could hold a value.
            raise RenderError(f"template {self._page.file.path}, block {block}: {because}") from None

    def _value(self, name: str) -> object:
        match name:
            case "money":
                return self._writing.money
            case "when":
                zone = self._context.get("zone")
                return self._writing.when_in(zone if isinstance(zone, str) else None)
            case "plural":
                return self._writing.plural
            case "code":
                return clean_code(self._context.get(name))
            case "two_way":
                return self._context.get(name, True)
            case "firm":
                return clean(self._context.get("firm") or self._firm)
            case _:
                return clean(self._context.get(name))
