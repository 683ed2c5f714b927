"""`outreach rules schema`: what an editor needs to complete and underline rule files."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.cli.folders import own_rules
from outreach.wiring.rulebook import schema_text


@click.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="Into this file.")
def schema(folder: Path | None, write: Path | None) -> None:
    """Write the JSON Schema of rule files, with the facts, ladders and lists of the rule FOLDER.

    Editors read it from the first line of a rule file: # yaml-language-server: $schema=<path>.
    Exit 2 where facts.yml, ladders.yml or a list does not fit, or the file cannot be written.
    """
    text = schema_text(folder or own_rules())
    if write is None:
        click.echo(text, nl=False)
        return
    try:
        write.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{write} cannot be written: {error.strerror}") from None
    click.echo(f"{write}: the schema of rule files", err=True)
