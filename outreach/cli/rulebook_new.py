"""`outreach rules new`: a pattern to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.cli.folders import own_rules
from outreach.wiring.rulebook import begin_pattern


@click.command()
@click.argument("pattern")
@click.option("--title", default="", help="One line for people. Default: the pattern's name.")
@click.option(
    "--locales",
    default="",
    help="Words in these languages, as en,es. Default: all there are.",
)
def new(pattern: str, title: str, locales: str) -> None:
    """Begin PATTERN: its rule file, watching only, and its words beside it, all of it passing the checks.

    Nothing that is there is overwritten. Exit 2 where PATTERN is no name, or is taken.
    """
    folder = own_rules()
    tags = [tag.strip() for tag in locales.split(",") if tag.strip()]
    files = begin_pattern(folder, pattern, title or pattern.replace("_", " ").capitalize(), tags)
    for path, text in files.items():
        _write(path, text)
    click.echo(f"{folder / pattern}.yml: two rules that watch and send nothing, and their examples")
    words = [path for path in files if path.suffix == ".j2"]
    if words:
        said = sorted({path.name.split(".")[1] for path in words})
        click.echo(f"templates/{pattern}/: {len(words)} messages in {', '.join(said)}: what fits any scam")
    click.echo(_NEXT.format(folder=folder, pattern=pattern))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:  # "x": also where somebody writes it this moment
            file.write(text)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}") from None


_NEXT = """
Next:
  1. The conditions, in {folder}/{pattern}.yml ("outreach rules facts WORD" finds what can be asked).
  2. An example for each clause, then: outreach rules check; outreach rules test
  3. The words, in templates/{pattern}/, then: outreach templates check; outreach templates preview {pattern}
  4. Let it watch: shadow rules are recorded and send nothing. When you are content: status: live."""
