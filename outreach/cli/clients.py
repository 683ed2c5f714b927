"""For the operator: which programs of the firm may use the inbox API."""

from __future__ import annotations

import re
import sys
from base64 import urlsafe_b64encode
from datetime import timedelta
from pathlib import Path

import click
from rich.table import Table

from outreach.cli.console import err, out
from outreach.cli.desk import actor_option, opened
from outreach.domain.client import SECRET_BYTES, Client, Scope, write_token
from outreach.domain.moment import both
from outreach.store import clients as store
from outreach.store.clients import NewClient
from outreach.store.database import Tx
from outreach.wiring.chance import new_id, randomness

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

scopes_option = click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it may do; several times for several.",
)


@click.group()
def clients() -> None:
    """Programs of the firm that may use the inbox API, each with its token and its scopes."""


@clients.command("add")
@click.argument("name")
@scopes_option
@click.option("--days", type=click.IntRange(1, 3650), help="After so many days its token is void.")
@actor_option
@click.pass_obj
def add(workspace: Path, name: str, scopes: tuple[str, ...], days: int | None, actor: str) -> None:
    """Let a program in. Its token is shown once, and kept only as a keyed hash."""
    if not NAME.fullmatch(name):
        raise click.BadParameter("a name is 1 to 64 of a-z 0-9 . _ -", param_hint="NAME")
    house = opened(workspace)
    now, client = house.clock(), new_id()
    token = _token(client)
    new = NewClient(
        id=client,
        name=name,
        scopes=[Scope(scope) for scope in scopes],
        token=token,
        expires_at=now + timedelta(days=days) if days else None,
    )
    with house.store.begin() as tx:
        is_new = store.add_client(tx, new, actor, now)
    if not is_new:
        err.print(f"There is a client {name} already; `outreach clients rotate {name}` gives it a new token.")
        sys.exit(1)
    _show(token)


@clients.command("rotate")
@click.argument("name")
@click.option(
    "--keep-hours",
    type=click.IntRange(0, 24 * 30),
    default=24,
    show_default=True,
    help="The former token is honoured for so long.",
)
@actor_option
@click.pass_obj
def rotate(workspace: Path, name: str, keep_hours: int, actor: str) -> None:
    """Give a program another token, shown once; the former one goes on for a while."""
    house = opened(workspace)
    now = house.clock()
    with house.store.begin() as tx:
        client = _the(tx, name)
        token = _token(client.id)
        store.rotate(tx, client, token, now + timedelta(hours=keep_hours), now)
        store.audit_rotation(tx, client, actor, now)
    _show(token)


@clients.command("revoke")
@click.argument("name")
@actor_option
@click.pass_obj
def revoke(workspace: Path, name: str, actor: str) -> None:
    """From the next request on nothing of a program's is honoured; for good."""
    house = opened(workspace)
    with house.store.begin() as tx:
        store.revoke(tx, _the(tx, name), actor, house.clock())
    out.print(f"{name} is revoked; a stream it holds open ends within seconds.", markup=False)


@clients.command("list")
@click.pass_obj
def list_clients(workspace: Path) -> None:
    """Every program, with what it may do and when it was last used; no token."""
    house = opened(workspace)
    with house.store.read() as tx:
        known = store.all_clients(tx)
    if not known:
        out.print("No client yet: `outreach clients add NAME --scope inbox:read` lets one in.", markup=False)
        return
    table = Table(box=None, pad_edge=False)
    for title in ("name", "stands", "scopes", "last used", "until"):
        table.add_column(title)
    now, zone = house.clock(), house.settings.default_zone
    for each in known:
        table.add_row(
            each.name,
            "yes" if each.stands(now) else "revoked" if each.revoked_at else "expired",
            " ".join(sorted(each.scopes)),
            both(each.used_at, zone) if each.used_at else "never",
            both(each.expires_at, zone) if each.expires_at else "it is revoked",
        )
    out.print(table)


def _the(tx: Tx, name: str) -> Client:
    client = store.named(tx, name)
    if client is None or client.revoked_at is not None:
        err.print(f"No client {name} stands: `outreach clients list` shows them.", markup=False)
        sys.exit(1)
    return client


def _token(client: str) -> str:
    return write_token(client, urlsafe_b64encode(randomness(SECRET_BYTES)).rstrip(b"=").decode())


def _show(token: str) -> None:
    err.print("The token, shown this once; keep it where your back end keeps secrets, never in an app:")
    out.print(token, markup=False)
