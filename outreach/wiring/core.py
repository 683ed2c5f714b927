"""The core system as the settings choose it, never waited for longer than a warning can; and its lengths."""

from __future__ import annotations

from datetime import timedelta

from outreach.adapters.core_file import FileCore
from outreach.adapters.core_none import NoCore
from outreach.adapters.core_webhook import WebhookCore, read_secrets
from outreach.domain.aftermath import Aftermath
from outreach.engine.patience import Patient
from outreach.engine.ports import Clock, Core
from outreach.settings import Settings
from outreach.wiring.cases import case_clock

SECRET = "OUTREACH_CORE__SECRET"


def lengths(settings: Settings) -> Aftermath:
    """How long things take after an answer."""
    said = settings.aftermath
    return Aftermath(
        mine_cool_down=timedelta(days=said.mine_cool_down_days),
        remind_after=timedelta(minutes=said.remind_after_minutes),
        critical=timedelta(minutes=said.due.critical_minutes),
        soon=timedelta(minutes=said.due.soon_minutes),
        routine=timedelta(minutes=said.due.routine_minutes),
        case=case_clock(settings),
    )


def core(settings: Settings, clock: Clock) -> Core:
    """The core system, or the word that none is connected. Raises SettingsError where its secret is none."""
    said = settings.core
    return Patient(
        core=_core(settings, clock), seconds=said.transfers_seconds, request_seconds=2 * said.seconds
    )


def _core(settings: Settings, clock: Clock) -> Core:
    said = settings.core
    if said.kind == "webhook":
        return WebhookCore(
            url=said.url,
            transfers_url=said.transfers_url,
            keys=read_secrets(said.secret.get_secret_value(), SECRET),
            now=clock,
            seconds=said.seconds,
            transfers_seconds=said.transfers_seconds,
        )
    if said.kind == "file":
        place = settings.at(said.path)
        return FileCore(transfers_file=place, calls_file=place.with_suffix(".calls.jsonl"))
    return NoCore()
