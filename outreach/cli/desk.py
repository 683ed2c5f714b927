"""For support at the phone: who is this, "is this message yours?", a stop, and a note."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

import click

from outreach.cli.console import err, out
from outreach.cli.telling import as_said
from outreach.domain.message import read_reference
from outreach.domain.moment import both
from outreach.domain.told_delivery import as_sent
from outreach.domain.verifying import Ours, ours
from outreach.domain.wording import CHANNELS, say, status_words
from outreach.store.database import Tx
from outreach.store.desk import add_note, stop_person
from outreach.store.finding import find, is_reference
from outreach.store.listing import Said
from outreach.store.listing import message as read_message
from outreach.wiring.house import House, open_house

LONGEST_NOTE = 4_000


def user_name() -> str:
    """Who is at this terminal."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return "unknown"


actor_option = click.option(
    "--actor", default=user_name, help="Who does it, for the audit; default: your user name."
)


def opened(workspace: Path) -> House:
    """The house over a database that is at head."""
    house = open_house(workspace)
    house.require_head()
    return house


def the_one(tx: Tx, typed: str) -> str:
    """The one person that this is; exits 1 where it is nobody or several. What was typed is not repeated."""
    found = find(tx, typed)
    if len(found) == 1:
        return found[0].person
    if not found:
        err.print(
            "Nobody is known by that. Try the user reference, the phone number with its country code, "
            "the email address, or the reference in a message. Who was never flagged is not kept here."
        )
    else:
        err.print(f"{len(found)} people share that {found[0].by}. Ask again with one of these person ids:")
        for each in found:
            err.print(f"  {each.person}")
    sys.exit(1)


@click.command()
@click.argument("reference")
@click.pass_obj
def message(workspace: Path, reference: str) -> None:
    """Is this message ours? REFERENCE is the six characters in it, in any spelling.

    Exits 0 only where we wrote it and it was handed over.
    """
    short = read_reference(reference)
    if not is_reference(short):
        out.print(
            "That is no reference of ours: ours have six letters and digits. Treat the message as a scam."
        )
        sys.exit(1)
    with opened(workspace).store.read() as tx:
        said = read_message(tx, short)
    if said is None:
        out.print(f"No message of ours has the reference {short}, treat it as a scam.")
        sys.exit(1)
    if ours(said.message.status) is Ours.NEVER_SENT:
        status = status_words(said.message.channel, said.message.status)
        out.print(
            f"We wrote a message with the reference {short}, but it was never sent ({status}). "
            "Whatever arrived, treat it as a scam."
        )
        sys.exit(1)
    _say_ours(said)


def _say_ours(said: Said) -> None:
    kept = said.message
    out.print("Yes, this message is ours:", style="bold green")
    rows = {
        "reference": kept.reference,
        "sent": both(kept.at, said.zone),
        "channel": say(CHANNELS, kept.channel),
        "to": kept.to or "the app",
        "about": said.pattern,
        "language": kept.locale,
        "status": status_words(kept.channel, kept.status),
    }
    for label, value in rows.items():
        out.print(f"  {label:<10} {value}", markup=False)
    out.print("What it says:")
    for line in as_said(as_sent(kept)):
        out.print(line)
    out.print(
        "A reference can be copied: it is ours only if channel and words are these. "
        f"The whole story: outreach history {kept.reference}"
    )


@click.command()
@click.argument("user")
@click.option("--reason", required=True, help="Why; it is kept with your name.")
@actor_option
@click.pass_obj
def stop(workspace: Path, user: str, reason: str, actor: str) -> None:
    """End every outreach to one person now. USER as in `outreach history`."""
    if not reason.strip():
        raise click.BadParameter("say why: it is kept with your name", param_hint="--reason")
    house = opened(workspace)
    with house.store.begin() as tx:
        ended = stop_person(tx, the_one(tx, user), reason.strip(), actor, house.clock())
    if not ended.outreaches:
        out.print("No outreach was under way; the stop is noted in the history.")
        return
    out.print(
        f"{ended.outreaches} outreach{'es' if ended.outreaches != 1 else ''} stopped; "
        f"{ended.messages} waiting message{'s' if ended.messages != 1 else ''} cancelled, "
        f"{ended.calls} call{'s' if ended.calls != 1 else ''} dropped."
    )
    out.print("What was already handed over cannot be called back. A new flag may open a new outreach.")


@click.command()
@click.argument("user")
@click.argument("text")
@actor_option
@click.pass_obj
def note(workspace: Path, user: str, text: str, actor: str) -> None:
    """Write down what you learned about one person; it is sealed, and shows in the history."""
    words = text.strip()
    if not words or len(words) > LONGEST_NOTE:
        raise click.BadParameter(f"a note has 1 to {LONGEST_NOTE:,} characters", param_hint="TEXT")
    house = opened(workspace)
    with house.store.begin() as tx:
        add_note(tx, the_one(tx, user), words, actor, house.clock())
    out.print("Noted.")
