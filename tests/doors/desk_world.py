"""A workspace for support: a migrated SQLite file, one warned person, and a runner of commands."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from outreach.domain.scale import Channel
from outreach.settings import read_settings
from outreach.store.database import Store
from outreach.wiring.house import House
from tests.build_ledger import NOW, Ledger
from tests.conftest import sqlite_store

USER, PHONE, MAIL = "user-0042", "+34600112233", "ana@example.com"
KEY = base64.b64encode(bytes(32)).decode()
ARABIC = "من Acme: تحويلك يشبه احتيال «صديق الإنترنت». المرجع 7K3M9Q"


@dataclass
class Desk:
    """Runs commands in a workspace, and looks into its store."""

    workspace: Path
    house: House

    def run(self, command: click.Command, *words: str) -> Result:
        return CliRunner().invoke(command, [*words], obj=self.workspace)

    @property
    def store(self) -> Store:
        return self.house.store

    def write(self, rows: Callable[[Ledger], None]) -> None:
        with self.store.begin() as tx:
            rows(Ledger(tx, NOW).begin())


def stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of the desk read the test's clock."""
    monkeypatch.setattr(
        "outreach.cli.desk.open_house", lambda folder: House(read_settings(folder), lambda: NOW)
    )


def a_desk(folder: Path) -> Desk:
    """A workspace in this folder with nobody in it."""
    (folder / "outreach.toml").write_text('firm = "Acme"\n', encoding="utf-8")
    keys = f"OUTREACH_KEYS=k1:{KEY}\nOUTREACH_HASH_KEY={KEY}\nOUTREACH_ANSWER_KEYS=a1:{KEY}\n"
    (folder / ".env").write_text(keys, encoding="utf-8")
    sqlite_store(folder).close()
    return Desk(folder, House(read_settings(folder), lambda: NOW))


def warned(ledger: Ledger) -> None:
    """Somebody who got a push and an SMS in Arabic, read neither, and is called next."""
    person = ledger.person(
        USER, locale="ar", zone="Asia/Dubai", contacts={Channel.SMS: PHONE, Channel.EMAIL: MAIL}
    )
    outreach = ledger.outreach(person, step=3, sent=2, due_at=NOW + timedelta(minutes=90))
    push = ledger.message(person, outreach, channel="push", title="قبل خروج هذا التحويل", text="تحقق الآن")
    ledger.attempt(push, provider="fcm", provider_ref="projects/x/1")
    sms = ledger.message(
        person,
        outreach,
        step=1,
        reference="7K3M9Q",
        locale="ar",
        text=ARABIC,
        created_at=NOW + timedelta(minutes=2),
    )
    ledger.attempt(sms, provider_ref="SM2", started_at=NOW + timedelta(minutes=2))
