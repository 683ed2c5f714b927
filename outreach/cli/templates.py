"""For the writer: do the templates fit, at their longest, in every language?"""

from __future__ import annotations

import click

from outreach.cli.late import LateGroup

COMMANDS = {
    "check": "outreach.cli.template_check:check",
    "preview": "outreach.cli.preview:preview",
    "extract": "outreach.cli.translations:extract",
    "merge": "outreach.cli.translations:merge",
    "fresh": "outreach.cli.translations:fresh",
}
"""Where each command stands."""


@click.group(cls=LateGroup, late=COMMANDS)
def templates() -> None:
    """Check the message templates, look at them, translate them."""
