"""Translators' work: the templates of a workspace as PO files, and PO files back into templates, checked."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from outreach.adapters import translations
from outreach.adapters.translations import Extracted, Merged
from outreach.domain.problem import Problem, did_you_mean
from outreach.errors import RulesError, SettingsError
from outreach.settings import read_settings
from outreach.settings.whole import Settings
from outreach.wiring import chance
from outreach.wiring.workshop import check_templates

__all__ = ["Extracted", "MergedFile", "extract", "freshen", "merge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedFile:
    """What became of one PO file: the templates that were written, below their folder, and how many texts."""

    file: Path
    locale: str
    written: tuple[str, ...]
    taken: int
    fuzzy: int
    waiting: tuple[str, ...]
    warnings: tuple[Problem, ...]


def extract(workspace: Path, locales: Sequence[str], out: Path) -> list[tuple[Path, Extracted]]:
    """Write a PO file for each language: those named, which may be new, else all that there are.

    Raises SettingsError where one is no language.
    """
    settings = read_settings(workspace)
    folder, source = settings.at(settings.templates), settings.default_locale
    there = translations.locales_in(folder)
    _must_be_languages(locales, source, there)
    wanted = locales or [tag for tag in there if tag != source]
    made = [translations.extract(folder, settings.firm, source, tag, chance.clock()) for tag in wanted]
    try:
        out.mkdir(parents=True, exist_ok=True)
        for one in made:
            (out / f"{one.locale}.po").write_bytes(one.po)
    except OSError as error:
        raise SettingsError([f"{out} cannot be written: {error.strerror}"]) from None
    return [(out / f"{one.locale}.po", one) for one in made]


def freshen(workspace: Path, locales: Sequence[str], text: str) -> dict[str, int]:
    """Write down that translations say what their source says now; how many by language.

    `text` is a context, or the begin of one; empty for all. Raises SettingsError where nothing is meant.
    """
    settings = read_settings(workspace)
    folder, source = settings.at(settings.templates), settings.default_locale
    there = translations.locales_in(folder)
    _must_be_languages(locales, source, there)
    records = {tag: translations.freshened(folder, source, tag, text) for tag in locales}
    before = {tag: translations.read_made(folder, tag) for tag in locales}
    counts = {tag: sum(before[tag].get(c) != one for c, one in records[tag].items()) for tag in locales}
    known = {context for record in records.values() for context in record}
    if text and not any(context.startswith(text) for context in known):
        hint = did_you_mean(text, known) or "a text is named pattern/name#block, as `templates check` does"
        raise SettingsError([f"there is no text {text} in {', '.join(locales)}; {hint}"])
    for tag, record in records.items():
        if counts[tag]:
            translations.file_of(folder, tag).write_text(translations.written_down(record), "utf-8")
    return counts


def _must_be_languages(locales: Sequence[str], source: str, there: Sequence[str]) -> None:
    wrong = [f"{tag} is no language; {did_you_mean(tag, there) or 'as pt-BR or zh-Hans'}"
             for tag in locales if not translations.is_known(tag)]  # fmt: skip
    wrong += [f"{source} is what is translated from" for tag in locales if tag == source]
    if source not in there:
        wrong.append(f"there are no templates in default_locale, {source}, to translate from")
    if wrong:
        raise SettingsError(wrong)


def merge(workspace: Path, files: Sequence[Path]) -> list[MergedFile]:
    """Write the words of PO files into the templates: all of them, or none where one has a problem.

    Raises RulesError with every problem, at its place in the PO file: also what `templates check` would find
    in the templates as merged, and did not before.
    """
    settings = read_settings(workspace)
    folder = settings.at(settings.templates)
    merged = [(file, translations.merge(folder, file, settings.default_locale)) for file in files]
    problems = [problem for _, one in merged for problem in one.problems]
    found = {file: [] if one.problems else _new_problems(settings, one) for file, one in merged}
    problems += [p for told in found.values() for p in told if not p.is_warning]
    if problems:
        raise RulesError(problems)
    for _, one in merged:
        _write(folder, one)
    return [_told(file, one, found[file]) for file, one in merged]


def _told(file: Path, merged: Merged, found: Sequence[Problem]) -> MergedFile:
    return MergedFile(
        file=file,
        locale=merged.sheet.locale,
        written=tuple(sorted(merged.files)),
        taken=merged.taken,
        fuzzy=merged.fuzzy,
        waiting=merged.waiting,
        warnings=tuple(found),
    )


def _new_problems(settings: Settings, merged: Merged) -> list[Problem]:
    """What the check finds in the templates as merged and did not find before, told in the PO file."""
    if not any(path.endswith(".j2") for path in merged.files):
        return []
    folder = settings.at(settings.templates)
    with TemporaryDirectory(prefix="outreach-merge-") as name:
        copy = Path(name) / "templates"
        _copied(folder, copy, (settings.default_locale, merged.sheet.locale))
        before = {(p.file, p.code, p.message) for p in _problems(settings, copy)}
        _write(copy, merged)
        after = [p for p in _problems(settings, copy) if (p.file, p.code, p.message) not in before]
        return [_placed(merged, problem, copy, folder) for problem in after]


def _placed(merged: Merged, problem: Problem, copy: Path, folder: Path) -> Problem:
    """The problem at its place in the PO file.

    What no text of it is to blame for (a list that a new language does not have yet) is told as a warning:
    it is still to do, and keeps nobody from translating.
    """
    if not Path(problem.file).is_relative_to(copy):
        return replace(problem, is_warning=True)
    below = Path(problem.file).relative_to(copy).as_posix()
    blamed = merged.blamed(problem, below)
    if blamed is problem:
        return replace(problem, file=(folder / below).as_posix(), is_warning=True)
    return replace(blamed, is_warning=problem.is_warning)


def _problems(settings: Settings, folder: Path) -> tuple[Problem, ...]:
    return check_templates(folder, settings.at(settings.rules), settings.firm).problems


def _copied(folder: Path, copy: Path, locales: Sequence[str]) -> None:
    for file in folder.glob("*/*"):
        tags = file.name.split(".")[:2]
        if file.is_file() and (file.name == "layout.html.j2" or any(tag in locales for tag in tags)):
            (copy / file.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy / file.parent.name / file.name)


def _write(folder: Path, merged: Merged) -> None:
    """Each file whole or not at all; its line breaks stay what they were."""
    for path, text in merged.files.items():
        file = folder / path
        is_windows = file.is_file() and b"\r\n" in file.read_bytes()
        beside = file.with_name(file.name + ".part")
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8", newline="\r\n" if is_windows else "\n")
        beside.replace(file)
