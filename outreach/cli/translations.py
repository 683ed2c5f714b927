"""For translators: the templates as PO files, and back."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.cli.console import err, out
from outreach.wiring.translating import MergedFile, freshen
from outreach.wiring.translating import extract as extract_files
from outreach.wiring.translating import merge as merge_files


@click.command()
@click.option("--locale", "locales", multiple=True, help="Only this language, which may be new; repeatable.")
@click.option(
    "--out", "folder", default="po", show_default=True, type=click.Path(file_okay=False, path_type=Path)
)
@click.pass_obj
def extract(workspace: Path, locales: tuple[str, ...], folder: Path) -> None:
    """Write every text of the templates as PO files, one a language: <out>/<locale>.po.

    A translation whose source has changed since is marked fuzzy; what is new has an empty msgstr.
    """
    for file, one in extract_files(workspace, locales, folder):
        todo = {"untranslated": one.untranslated, "stale": one.stale}
        said = ", ".join(f"{count} {word}" for word, count in todo.items() if count) or "all translated"
        out.print(f"{file}: {one.texts} texts, {said}", markup=False)


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.pass_obj
def merge(workspace: Path, files: tuple[Path, ...]) -> None:
    """Write the words of PO files into the templates: all of FILES, or none where one has a problem.

    What is fuzzy or empty is left alone. Exit 2 where a msgstr drops or invents a variable, or the templates
    would not pass `templates check`; each problem has its place in the PO file.
    """
    for one in merge_files(workspace, files):
        _tell(one)


def _tell(one: MergedFile) -> None:
    for warning in one.warnings:
        err.print(str(warning), markup=False)
    left = f", {one.fuzzy} fuzzy left as they are" if one.fuzzy else ""
    out.print(f"{one.file}: {one.taken} texts changed in {one.locale}{left}", markup=False)
    for path in one.written:
        out.print(f"  written: {path}", markup=False)
    for path in one.waiting:
        out.print(f"  not yet: {path} (every text of a new file must be translated)", markup=False)


@click.command()
@click.argument("locales", nargs=-1, required=True, metavar="LOCALE...")
@click.option("--text", default="", help="Only this text (pattern/name#block), or all that begin so.")
@click.pass_obj
def fresh(workspace: Path, locales: tuple[str, ...], text: str) -> None:
    """Write down that translations say what their source says now: they are not stale any more.

    For whoever changed them in the templates themselves, or has read that they still say the same.
    """
    for locale, count in freshen(workspace, locales, text).items():
        texts = "text" if count == 1 else "texts"
        out.print(f"{locale}: {count} {texts} written down as fresh", markup=False)
