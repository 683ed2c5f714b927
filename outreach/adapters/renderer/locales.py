"""Which language a person gets: up the CLDR parents, never across scripts, then aliases, then the default.

`zh-Hant-HK → zh-Hant`, `zh-TW → zh-Hant`, `zh-CN → zh-Hans`, `es-MX → es-419 → es`, but never
`zh-Hant → zh-Hans`. Source: CLDR's parentLocales and likelySubtags, as Babel carries them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from babel.core import Locale, UnknownLocaleError, get_global

TAG = re.compile(
    r"(?P<language>[A-Za-z]{2,3})(?:[-_](?P<script>[A-Za-z]{4}))?(?:[-_](?P<region>[A-Za-z]{2}|\d{3}))?(?:[-_.@].*)?"
)
PARENTS = {tag.replace("_", "-"): up.replace("_", "-") for tag, up in get_global("parent_exceptions").items()}
LIKELY: Mapping[str, str] = get_global("likely_subtags")
RENAMED: Mapping[str, str] = get_global("language_aliases")

Parts = tuple[str, str, str]
"""Language, script and region; "" where not said."""


def parts_of(tag: str) -> Parts | None:
    """`zh_hant-hk` as ("zh", "Hant", "HK"), without variants and extensions; None where it is no locale."""
    match = TAG.fullmatch(tag.strip())
    if match is None:
        return None
    language = match["language"].lower()
    script, region = (match["script"] or "").title(), (match["region"] or "").upper()
    return RENAMED.get(language, language), script, region


def join(parts: Parts) -> str:
    """The tag of these parts, hyphenated: `zh-Hant-HK`."""
    return "-".join(part for part in parts if part)


def chain(tag: str) -> tuple[str, ...]:
    """The tags to look for, nearest first; empty where `tag` is no locale."""
    parts = parts_of(tag)
    if parts is None:
        return ()
    tags = [name for step in _climb(parts) for name in _spellings(step)]
    if not parts[1] and not parts[2] and (likely := _likely(parts)):
        tags.append(join((parts[0], "", likely[2])))  # bare `pt` is Brazilian in CLDR
    return tuple(dict.fromkeys(tags))


def choices(tag: str, aliases: Mapping[str, str], default: str) -> Iterator[str]:
    """Every tag to try for a person: their own chain, its aliases' chains, the default's chain."""
    own = chain(tag)
    yield from own
    for name in own:
        if name in aliases:
            yield from chain(aliases[name])
    yield from chain(default)


def canonical(tag: str) -> str:
    """The tag in its one spelling, or as it was where it is no locale."""
    parts = parts_of(tag)
    return tag if parts is None else join(parts)


def format_locale(asked: str, found: str) -> Locale:
    """How money and dates are written: by the person's own region, where the language found is theirs."""
    wanted, got = parts_of(asked), parts_of(found)
    if wanted and got and _script(wanted) == _script(got) and wanted[0] == got[0]:
        for tag in chain(asked):
            if (known := _known(tag)) is not None:
                return known
    return _known(found) or Locale("en")


def is_rtl(tag: str) -> bool:
    """True where the language is written from right to left."""
    known = _known(tag)
    return known is not None and known.character_order == "right-to-left"


def _known(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


def _climb(parts: Parts) -> Iterator[Parts]:
    step: Parts | None = (parts[0], parts[1] or _odd_script(parts), parts[2])
    while step is not None:
        yield step
        step = _parent(step)


def _parent(parts: Parts) -> Parts | None:
    language, script, region = parts
    is_usual = not script or script == _script((language, "", region))
    for spelling in (join(parts), join((language, "", region)) if is_usual else ""):
        if spelling in PARENTS:
            parent = PARENTS[spelling]
            return None if parent == "root" else parts_of(parent)
    if region:
        return language, script, ""
    # A script that is not the language's usual one is another written language: nobody falls across.
    return (language, "", "") if script and script == _script((language, "", "")) else None


def _spellings(parts: Parts) -> Iterator[str]:
    yield join(parts)
    language, script, region = parts
    if script and region and script == _script((language, "", region)):
        yield join((language, "", region))
    elif not script and (usual := _script(parts)):
        yield join((language, usual, region))


def _odd_script(parts: Parts) -> str:
    """The script that the region implies, where it differs from the language's usual one (`zh-TW` → Hant)."""
    implied = _script(parts)
    return implied if implied != _script((parts[0], "", "")) else ""


def _script(parts: Parts) -> str:
    if parts[1]:
        return parts[1]
    likely = _likely(parts)
    return likely[1] if likely else ""


def _likely(parts: Parts) -> Parts | None:
    full = LIKELY.get("_".join(p for p in parts if p)) or LIKELY.get(parts[0])
    return parts_of(full) if full else None
