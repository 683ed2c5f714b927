"""Where no core system is connected, whatever asks for a hold warns without, and the firm is told so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from outreach.adapters.core_none import NoCore
from outreach.cli import outreach
from outreach.domain.ruleset import RuleStatus
from outreach.settings import read_settings
from outreach.store.database import Store
from outreach.store.tables import core_calls, tasks
from outreach.wiring.connected import unheard_holds
from outreach.wiring.house import House
from outreach.wiring.workshop import check_rules
from tests.build import a_flag
from tests.engine.net_world import NetWorld

RULES = Path(__file__).parents[2] / "rules"


def test_a_rule_that_asks_for_a_hold_warns_and_opens_no_task_to_ask_nobody(store: Store) -> None:
    net = NetWorld.over(store)
    net.world.core = NoCore()  # type: ignore[assignment]
    dispatch = net.world.dispatch()
    dispatch = replace(dispatch, grounds=replace(dispatch.grounds, asks_core=False))
    before = len(net.world.rows(tasks))
    net.world.flag(a_flag("ann"))
    dispatch.run()
    for _ in range(12):
        net.world.recovery().run()
        net.world.clock.tick(minutes=30)

    (message,) = [one for sender in net.world.senders.values() for one in sender.sent]
    assert "hold" not in message.content.text.lower()
    assert net.world.rows(core_calls) == []
    assert len(net.world.rows(tasks)) == before


@pytest.mark.slow
def test_the_house_asks_for_holds_only_where_a_core_system_is_connected(tmp_path: Path) -> None:
    for kind, asks in (("none", False), ("file", True)):
        told = f'firm = "Acme"\nrules = "{RULES}"\ntemplates = "{RULES.parent}/templates"\n'
        (tmp_path / "outreach.toml").write_text(f'{told}[core]\nkind = "{kind}"\n')
        assert House(read_settings(tmp_path)).grounds.asks_core is asks


def test_shipped_rules_show_the_safety_net_where_money_is_about_to_leave() -> None:
    book, _ = check_rules(RULES)
    assert book is not None
    asking = {
        (pattern, rule.id): (rule.warn.urgency.value, rule.warn.ladder.hold)
        for pattern, one in book.sets.items()
        for rule in one.rules
        if rule.status is RuleStatus.LIVE and rule.warn.ladder.asks_holds
    }

    assert {pattern for pattern, _ in asking} >= {
        "pig_butchering", "remote_access", "authority_impersonation"
    }  # fmt: skip
    assert set(asking.values()) == {("critical", timedelta(hours=24))}


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "is_told"), [("none", True), ("file", False)])
def test_doctor_and_rules_check_say_that_nobody_hears_of_the_holds(
    tmp_path: Path, kind: str, is_told: bool
) -> None:
    lines = ('firm = "Acme"', f'rules = "{RULES}"', "[core]", f'kind = "{kind}"', 'path = "core.json"')
    (tmp_path / "outreach.toml").write_text("\n".join(lines))
    book, _ = check_rules(RULES)
    assert book is not None
    said = unheard_holds(read_settings(tmp_path), book)
    done = CliRunner().invoke(outreach, ["--workspace", str(tmp_path), "rules", "check"])

    assert ("pig_butchering/bigger-after-small-return" in said) is is_told
    assert (done.exit_code, "no core system is connected" in done.stdout) == (0, is_told)
