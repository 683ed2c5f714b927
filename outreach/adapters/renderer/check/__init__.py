"""What is wrong with the templates, told to their writers: `outreach templates check`.

    sheet (places) ─▶ texts, across, layout, said (words at their worst) ─▶ findings

One pass reads the folder once; whoever needs problems, sizes or likenesses takes them from the same findings.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from outreach.adapters.renderer.check.across import missing, other_words, unused
from outreach.adapters.renderer.check.asked import Asked, Uses
from outreach.adapters.renderer.check.layout import look_at_layout
from outreach.adapters.renderer.check.never import read_never
from outreach.adapters.renderer.check.said import Look, look_at_said
from outreach.adapters.renderer.check.sheet import Sheet
from outreach.adapters.renderer.check.texts import look_at_words
from outreach.adapters.renderer.files import TemplateFile, read_folder, shown
from outreach.adapters.renderer.library import Library, read_library
from outreach.domain.facts import Catalogue
from outreach.domain.lookalike import Likeness
from outreach.domain.message import SmsSize
from outreach.domain.problem import Problem

__all__ = ["Asked", "Findings", "Uses", "check", "counts", "look"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What one pass over a folder found.

    `counts` is message files by locale and review (`{"ar": {"native": 28}}`), `sizes` the longest SMS of each
    locale, `likenesses` those of every SMS and push at every worst case.
    """

    problems: tuple[Problem, ...]
    counts: Mapping[str, Mapping[str, int]]
    sizes: Mapping[str, SmsSize]
    likenesses: tuple[Likeness, ...]


def check(folder: Path, catalogue: Catalogue, firm: str, default: str = "en") -> tuple[Problem, ...]:
    """Every problem of the folder's templates, in file order; empty where they may be sent.

    The published list is `rules/` beside the folder, where there is one. SMS are measured at the longest
    values: the firm's name (12 characters at least), a code of 8, each state of the transfer, every text
    fact at its longest. `default` is the language of who has none of the folder's.
    """
    beside = folder.parent / "rules"
    rules = beside if (beside / "we_never.yml").exists() else None
    return look(folder, Asked(catalogue=catalogue, firm=firm, rules=rules, default=default)).problems


def look(folder: Path, asked: Asked) -> Findings:
    """One pass over a folder of templates, against what is asked of them."""
    library = read_library(folder, asked.catalogue)
    sheets = {file.path: Sheet(file) for file in library.folder.files}
    looks = dict(_said(folder, library, sheets, asked))
    found = [*library.problems, *missing(folder, library, asked), *unused(library, sheets)]
    found += other_words(library, sheets)
    found += look_at_layout(folder, library.layout)
    found += _words(folder, library, sheets, asked)
    found += (problem for one in looks.values() for problem in one.problems)
    return Findings(
        problems=tuple(sorted(dict.fromkeys(found), key=lambda p: (p.file, p.line, p.column, p.code))),
        counts=_counted(library.folder.messages),
        sizes=_longest(looks),
        likenesses=tuple(likeness for one in looks.values() for likeness in one.likenesses),
    )


def counts(folder: Path) -> Mapping[str, Mapping[str, int]]:
    """How many message files each locale has, by review: `{"ar": {"native": 28}}`."""
    return _counted(read_folder(folder).messages)


def _words(folder: Path, library: Library, sheets: Mapping[str, Sheet], asked: Asked) -> Iterator[Problem]:
    locales = frozenset(file.locale for file in library.folder.files)
    never, problems = read_never(locales, folder, asked.rules)
    yield from problems
    for file in library.folder.files:
        yield from look_at_words(sheets[file.path], never[file.locale], asked.domains)


def _said(
    folder: Path, library: Library, sheets: Mapping[str, Sheet], asked: Asked
) -> Iterator[tuple[tuple[str, str], Look]]:
    # What does not parse cannot be said; its own problems come first.
    broken = {problem.file for problem in library.problems if not problem.is_warning}
    for key, page in library.pages.items():
        shared = f"shared/{page.file.locale}.j2"
        if not broken & {page.file.shown, shown(folder, shared)}:
            yield key, look_at_said(page, sheets[page.file.path], sheets.get(shared), asked)


def _counted(files: Iterable[TemplateFile]) -> dict[str, dict[str, int]]:
    tally: dict[str, Counter[str]] = {}
    for file in files:
        tally.setdefault(file.locale, Counter())[file.review or "unsaid"] += 1
    return {locale: dict(tally[locale]) for locale in sorted(tally)}


def _longest(looks: Mapping[tuple[str, str], Look]) -> dict[str, SmsSize]:
    sizes: dict[str, list[SmsSize]] = defaultdict(list)
    for (_, locale), one in looks.items():
        sizes[locale] += [one.size] if one.size is not None else []
    return {
        locale: max(sizes[locale], key=lambda s: (s.parts, s.units))
        for locale in sorted(sizes)
        if sizes[locale]
    }
