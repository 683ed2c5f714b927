"""Recovery cases as the settings have them: their clock, the firms that can be asked, and the desk."""

from __future__ import annotations

from datetime import timedelta

from outreach.adapters.core_webhook import WebhookCore, read_secrets
from outreach.domain.case_clock import CaseClock
from outreach.domain.recovery_case import Role
from outreach.engine.case_desk import CaseDesk, Partner
from outreach.engine.case_work import CaseWork
from outreach.engine.ports import Clock, Firm
from outreach.settings import Settings
from outreach.store.case_freezes import CORE
from outreach.store.database import Store


def case_clock(settings: Settings) -> CaseClock:
    """The marks of the clock."""
    said = settings.cases
    marks = (said.first_minutes, said.day_minutes, said.last_minutes)
    first, day, last = (timedelta(minutes=minutes) for minutes in marks)
    return CaseClock(lengths=(first, day, last), answer_within=timedelta(hours=said.answer_hours))


def partners(settings: Settings) -> tuple[Partner, ...]:
    """Whom a case may ask: the core system, then the other firms."""
    found = [Partner(CORE, "our own core system", CORE, case_clock(settings))]
    for name, said in sorted(settings.partners.items()):
        hours = said.answer_hours or settings.cases.answer_hours
        clock = CaseClock(lengths=case_clock(settings).lengths, answer_within=timedelta(hours=hours))
        found.append(Partner(name, said.name, "webhook" if said.url else "by_hand", clock))
    return tuple(found)


def role_of(settings: Settings, name: str) -> Role:
    """Whether somebody acts as an agent or as a lead; where no lead is named, everybody is one."""
    leads = settings.cases.leads
    return Role.LEAD if not leads or name in leads else Role.AGENT


def case_desk(settings: Settings, store: Store) -> CaseDesk:
    """The desk where cases are worked."""
    return CaseDesk(store=store, clock=case_clock(settings))


def case_work(settings: Settings, store: Store, clock: Clock) -> CaseWork:
    """The stage that keeps cases moving. Raises SettingsError where a secret is none."""
    return CaseWork(store=store, clock=clock, firms=_firms(settings, clock), times=case_clock(settings))


def _firms(settings: Settings, clock: Clock) -> dict[str, Firm]:
    return {
        name: WebhookCore(
            url=said.url,
            transfers_url="",
            keys=read_secrets(said.secret.get_secret_value(), f"OUTREACH_PARTNERS__{name.upper()}__SECRET"),
            now=clock,
            seconds=said.seconds,
        )
        for name, said in settings.partners.items()
        if said.url
    }
