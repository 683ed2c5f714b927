"""The gallery of a workspace: its templates, said by the daemon's own renderer; no database, no key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from outreach.adapters import gallery
from outreach.adapters.gallery import Card, Gallery, Situation, Take, page
from outreach.adapters.renderer import JinjaRenderer
from outreach.adapters.renderer.files import read_folder
from outreach.adapters.renderer.locales import canonical
from outreach.adapters.rulebook import load_catalogue
from outreach.adapters.rulebook.given import read_given
from outreach.domain.facts import Catalogue
from outreach.domain.problem import did_you_mean
from outreach.domain.scale import Channel
from outreach.errors import SettingsError
from outreach.settings import read_settings
from outreach.settings.whole import Settings
from outreach.wiring import chance
from outreach.wiring.samples import Samples, situations, word_specs
from outreach.wiring.workshop import check_templates

__all__ = ["Card", "Gallery", "Situation", "Take", "Wanted", "gallery_of", "page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be shown; nothing named means everything. `pattern` may be `p`, `p/name` or have a `*`."""

    pattern: str = ""
    locales: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    facts: Path | None = None


def gallery_of(workspace: Path, wanted: Wanted, step: Callable[[int, int], None]) -> Gallery:
    """What is wanted of a workspace's templates, with what `templates check` finds in them.

    `step(done, all)` is told as it goes. Raises RulesError where a template or the facts do not fit,
    SettingsError where nothing is called as asked.
    """
    settings = read_settings(workspace)
    catalogue = load_catalogue(settings.at(settings.rules))
    speaker = _renderer(settings, catalogue)
    chosen = _chosen(speaker, wanted)
    cards = tuple(_cards(speaker, chosen, wanted, _samples(settings, catalogue, wanted), step))
    return Gallery(
        firm=settings.firm,
        situations=tuple(situations()),
        cards=cards,
        missing=_missing(speaker, chosen, wanted),
        problems=_problems(settings, {(card.template, card.locale) for card in cards}),
    )


def _renderer(settings: Settings, catalogue: Catalogue) -> JinjaRenderer:
    return JinjaRenderer(
        settings.at(settings.templates),
        firm=settings.firm,
        catalogue=catalogue,
        aliases=settings.locale_aliases,
        default_locale=settings.default_locale,
    )


def _samples(settings: Settings, catalogue: Catalogue, wanted: Wanted) -> Samples:
    now = chance.clock().replace(second=0, microsecond=0)
    given = {} if wanted.facts is None else read_given(wanted.facts, {**catalogue, **word_specs()}, now)
    return Samples(catalogue=catalogue, firm=settings.firm, zone=settings.default_zone, now=now, given=given)


def _chosen(speaker: JinjaRenderer, wanted: Wanted) -> list[tuple[str, str]]:
    """The (template, locale) pairs to show."""
    names = [name for name in speaker.templates() if _fits(name, wanted.pattern)]
    if not names:
        known = {part for name in speaker.templates() for part in (name, name.partition("/")[0])}
        hint = did_you_mean(wanted.pattern, known) or f"there are {', '.join(sorted(_patterns(known)))}"
        raise SettingsError([f"no template is called {wanted.pattern}; {hint}"])
    asked = {canonical(locale) for locale in wanted.locales}
    written = _locales(speaker)
    if unknown := sorted(asked - written):
        raise SettingsError([f"no template is written in {tag}; {_near(tag, written)}" for tag in unknown])
    return [(n, tag) for n in names for tag in speaker.locales(n) if not asked or tag in asked]


def _fits(name: str, pattern: str) -> bool:
    whole = pattern if "/" in pattern else f"{pattern}/*"
    return not pattern or name.partition("@")[0] == whole or fnmatchcase(name, whole)


def _patterns(known: Iterable[str]) -> Iterator[str]:
    return (name for name in known if "/" not in name)


def _near(tag: str, written: set[str]) -> str:
    return did_you_mean(tag, written) or f"there are {', '.join(sorted(written))}"


def _locales(speaker: JinjaRenderer) -> set[str]:
    return {tag for name in speaker.templates() for tag in speaker.locales(name)}


def _cards(
    speaker: JinjaRenderer,
    chosen: Sequence[tuple[str, str]],
    wanted: Wanted,
    samples: Samples,
    step: Callable[[int, int], None],
) -> Iterator[Card]:
    contexts = [samples.context(situation) for situation in situations()]
    for done, (template, locale) in enumerate(chosen):
        step(done, len(chosen))
        for channel in wanted.channels or tuple(Channel):
            yield gallery.compose(speaker, template, channel, locale, contexts)


def _missing(
    speaker: JinjaRenderer, chosen: Sequence[tuple[str, str]], wanted: Wanted
) -> dict[str, tuple[str, ...]]:
    """The languages in which others are written and these are not; a variant need not be in every one."""
    needed = {canonical(locale) for locale in wanted.locales} or _locales(speaker)
    lacking = {name: sorted(needed - {*speaker.locales(name)}) for name, _ in chosen if "@" not in name}
    return {name: tuple(tags) for name, tags in lacking.items() if tags}


def _problems(settings: Settings, shown: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
    folder = settings.at(settings.templates)
    of_file = {file.shown: (file.template, file.locale) for file in read_folder(folder).files}
    found: dict[tuple[str, str], list[str]] = {}
    for problem in check_templates(folder, settings.at(settings.rules), settings.firm).problems:
        whose = of_file.get(problem.file)
        if whose is not None and whose in shown:
            found.setdefault(whose, []).append(f"{problem.code} {problem.message}")
    return {whose: tuple(said) for whose, said in found.items()}
