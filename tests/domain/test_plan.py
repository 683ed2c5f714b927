"""The plan: one probe a running rule, exclusions shared, and answers that come back through their masks."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.decision import Truth
from outreach.domain.evaluate import evaluate
from outreach.domain.masks import PROBES_A_MASK, answers, main_bits, mask_columns
from outreach.domain.plan import main_condition, plan
from outreach.domain.ruleset import Exclusion, RuleStatus, Score
from tests.build import LISTED, NOW, OWNED, a_rule, a_rule_set, a_rulebook, over

EXCEPT_OWNED = Exclusion(because="own wallet", when=OWNED)
EXCEPT_HIGH = Exclusion(because="too high", when=over(99))


def test_mains_come_first_in_book_order_and_equal_exclusions_share_a_probe() -> None:
    book = a_rulebook(
        a_rule_set("pig_butchering", a_rule("a"), a_rule("b", exclusions=(EXCEPT_HIGH, EXCEPT_OWNED))),
        a_rule_set("job_task", a_rule("c", exclusions=())),
    )
    made = plan(book)

    assert [(r.pattern, r.rule.id, r.main, r.exclusions) for r in made.rules] == [
        ("pig_butchering", "a", 0, (3,)),
        ("pig_butchering", "b", 1, (4, 3)),
        ("job_task", "c", 2, ()),
    ]
    assert made.mains == 3
    assert made.probes[3:] == (OWNED, over(99))


def test_drafts_and_retired_rules_are_not_asked_at_all() -> None:
    book = a_rulebook(a_rule_set("x", *(a_rule(status.value, status=status) for status in RuleStatus)))

    assert [r.rule.id for r in plan(book).rules] == ["shadow", "live"]


def test_a_main_probe_holds_from_the_lowest_score_that_anything_is_recorded_for() -> None:
    score = Score(fact="risk_score", at_least=Decimal(80), observe_from=Decimal(79), tie_break=Decimal(2))
    probe = main_condition("x", a_rule(score=score, when=LISTED))
    said = [
        evaluate(probe, {"pattern": "x", "risk_score": Decimal(at), "destination_listed": True}, NOW)
        for at in ("77.999", "78", "79", "100")
    ]

    assert said == [False, True, True, True]


def test_a_main_probe_is_false_for_another_pattern_however_little_is_known() -> None:
    assert evaluate(main_condition("x", a_rule()), {"pattern": "y"}, NOW) is False
    assert evaluate(main_condition("x", a_rule()), {"pattern": "x"}, NOW) is None


@given(st.lists(st.sampled_from((True, False, None)), min_size=1, max_size=3 * PROBES_A_MASK))
def test_answers_come_back_from_their_masks_as_they_went_in(truths: list[Truth]) -> None:
    names, _ = mask_columns(len(truths))
    parts = [truths[n * PROBES_A_MASK : (n + 1) * PROBES_A_MASK] for n in range(len(names))]
    true = [[sum(1 << i for i, t in enumerate(part) if t is True)] for part in parts]
    unknown = [[sum(1 << i for i, t in enumerate(part) if t is None)] for part in parts]
    (row,) = answers(true, unknown, len(truths))

    assert list(row) == truths


@given(st.integers(0, 4 * PROBES_A_MASK))
def test_the_bits_of_the_mains_are_the_first_ones(mains: int) -> None:
    bits = main_bits(mains)

    assert sum(bit.bit_count() for bit in bits) == mains
    assert all(bit == (1 << PROBES_A_MASK) - 1 for bit in bits[:-1])
    assert bits[-1] & (bits[-1] + 1) == 0
