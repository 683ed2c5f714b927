"""The door for people: `outreach`. One file a reader; this one holds the group and how it refuses."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.markup import escape

from outreach.cli.console import err, say_refusal
from outreach.cli.late import LateGroup
from outreach.cli.logs import log_to_stderr
from outreach.cli.traces import tell_what_nobody_caught, trace
from outreach.errors import OutreachError
from outreach.settings import workspace_from_environment

COMMANDS = {
    "init": "outreach.cli.init:init",
    "demo": "outreach.cli.demo:demo",
    "doctor": "outreach.cli.doctor:doctor",
    "migrate": "outreach.cli.run:migrate",
    "run": "outreach.cli.run:run",
    "daemon": "outreach.cli.run:daemon",
    "status": "outreach.cli.status:status",
    "tasks": "outreach.cli.tasks:tasks",
    "cases": "outreach.cli.cases_pack:cases",
    "web": "outreach.cli.web:web",
    "openapi": "outreach.cli.web:openapi",
    "clients": "outreach.cli.clients:clients",
    "history": "outreach.cli.history:history",
    "message": "outreach.cli.history:message",
    "stop": "outreach.cli.history:stop",
    "note": "outreach.cli.history:note",
    "consent": "outreach.cli.consent:consent",
    "approvals": "outreach.cli.approvals:approvals",
    "audit": "outreach.cli.audit:audit",
    "addresses": "outreach.cli.addresses:addresses",
    "halt": "outreach.cli.halting:halt",
    "resume": "outreach.cli.halting:resume",
    "backup": "outreach.cli.keeping:backup",
    "restore": "outreach.cli.keeping:restore",
    "forget": "outreach.cli.privacy:forget",
    "legal-hold": "outreach.cli.privacy:legal_hold",
    "retention": "outreach.cli.privacy:retention",
    "keys": "outreach.cli.keys:keys",
    "send-test": "outreach.cli.sendtest:send_test_command",
    "letters": "outreach.cli.letters:letters",
    "replies": "outreach.cli.replies:replies",
    "reports": "outreach.cli.reports:reports",
    "welfare": "outreach.cli.welfare:welfare",
    "lookback": "outreach.cli.lookback:lookback",
    "outcomes": "outreach.cli.outcomes:outcomes",
    "report": "outreach.cli.figures_outcomes:report",
    "rules": "outreach.cli.rules:rules",
    "templates": "outreach.cli.templates:templates",
}
"""Where each command stands."""


@click.group(
    cls=LateGroup,
    late=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
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
