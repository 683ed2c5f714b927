"""For the operator: does a message really arrive? One sample, to one's own address."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.cli.console import err, out
from outreach.domain.delivery import Accepted, Refused, SendResult, Unavailable, Unknown
from outreach.domain.scale import Channel
from outreach.wiring.house import open_house
from outreach.wiring.trial import Trial, send_test

CHANNELS = [Channel.SMS.value, Channel.EMAIL.value, Channel.PUSH.value]


@click.command("send-test")
@click.option("--channel", type=click.Choice(CHANNELS), required=True)
@click.option("--to", "address", required=True, help="Your own phone (+34…), mailbox, or device token.")
@click.option("--template", default="pig_butchering/leaving", show_default=True, help="<pattern>/<name>")
@click.option("--locale", default="", help="Default: the firm's.")
@click.pass_obj
def send_test_command(workspace: Path, channel: str, address: str, template: str, locale: str) -> None:
    """Send one sample warning, with invented facts, to your own address.

    A provider is only asked where the address is in live_recipients. Nothing is kept in the ledger.
    Exit 1 where the message was not taken, or did not leave this machine though a provider is set.
    """
    house = open_house(workspace)
    trial = send_test(house, Channel(channel), address.strip(), template, locale)
    out.print(f"{trial.template} on {channel}, in {trial.locale}", markup=False)
    if trial.file is not None and trial.provider != "outbox":
        err.print(
            f"It went to the outbox, not to {trial.provider}: the address is not in live_recipients.\n"
            "Put it there (outreach.toml) and try again."
        )
        raise SystemExit(1)
    out.print(_words(trial), markup=False)
    raise SystemExit(0 if isinstance(trial.result, Accepted) else 1)


def _words(trial: Trial) -> str:
    result: SendResult = trial.result
    match result:
        case Accepted(ref):
            took = f"{trial.provider} took it, as {ref}. Did it arrive?"
            return f"Written to {trial.file}." if trial.file else took
        case Refused(reason):
            return f"{trial.provider} refused it for good: {reason}"
        case Unavailable(reason):
            return f"{trial.provider} did not take it now: {reason}"
        case Unknown(reason):
            return f"{trial.provider} may have taken it, nobody knows: {reason}"
