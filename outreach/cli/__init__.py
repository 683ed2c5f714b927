"""The door for people: `outreach`. One file a reader; this one holds the group and how it refuses."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.markup import escape

from outreach.cli import (
    clients,
    consent,
    demo,
    doctor,
    history,
    init,
    keeping,
    keys,
    letters,
    operate,
    privacy,
    rules,
    run,
    sendtest,
    status,
    tasks,
    templates,
    web,
)
from outreach.cli.console import err, say_refusal
from outreach.cli.logs import log_to_stderr
from outreach.cli.traces import tell_what_nobody_caught, trace
from outreach.errors import OutreachError
from outreach.settings import workspace_from_environment


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "-w",
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder with outreach.toml; default: $OUTREACH_WORKSPACE, else the current folder.",
)
@click.option("--log", type=click.Choice(["text", "json"]), default="text", help="How the log is written.")
@click.option("-v", "--verbose", is_flag=True, help="Log what each stage does, not only what goes wrong.")
@click.version_option(package_name="outreach", prog_name="outreach")
@click.pass_context
def outreach(context: click.Context, workspace: Path | None, log: str, verbose: bool) -> None:
    """Warn the right person, in their language, before the money leaves.

    \b
    Exit codes: 0 done; 1 the answer is no (unknown user, failed example);
    2 settings, rules, templates or the command line do not fit; 3 the database cannot be used;
    4 a feed cannot be read; 5 the archive cannot be written; 70 a bug of ours; 130 interrupted.
    """
    log_to_stderr(log, verbose=verbose)
    context.obj = workspace or workspace_from_environment()


for command in (
    init.init,
    demo.demo,
    doctor.doctor,
    run.migrate,
    run.run,
    run.daemon,
    status.status,
    tasks.tasks,
    web.web,
    web.openapi,
    clients.clients,
    history.history,
    history.message,
    history.stop,
    history.note,
    consent.consent,
    operate.approvals,
    keeping.halt,
    keeping.lift,
    keeping.backup,
    keeping.restore,
    privacy.forget,
    privacy.legal_hold,
    privacy.retention,
    keys.keys,
    sendtest.send_test_command,
    letters.letters,
    rules.rules,
    templates.templates,
):
    outreach.add_command(command)


BUG = 70
"""The exit code of an error that nobody foresaw (EX_SOFTWARE)."""


def main() -> None:
    """The console script: a refusal is told in words and by exit code, never by a traceback."""
    tell_what_nobody_caught()
    try:
        code = outreach(standalone_mode=False)  # a command's own exit code comes back as a value
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except OutreachError as error:
        say_refusal(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:  # a bug: its words may hold what it was about, so only its way is told
        err.print(f"[red]This is a bug of ours; please tell us:[/red] {escape(trace(error))}")
        sys.exit(BUG)
