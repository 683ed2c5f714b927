"""Hazards of counting twice: each is a promise about what the ledger of outcomes may claim."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from outreach.domain.outcomes.attribution import Note, Owner
from outreach.domain.outcomes.episode_money import Also, Done, related
from outreach.domain.outcomes.level import Level, State
from outreach.domain.outcomes.told import By, Kind, Told
from tests.outcomes import (
    DAY,
    HOUR,
    SCAMMER,
    T0,
    a_telling,
    amounts,
    an_attempt,
    an_episode,
    cancelled,
    entry,
    listed,
    made,
    reckoned,
)

ELSEWHERE = "c" * 64
MINUTE = timedelta(minutes=1)


def told(level: str, *facts: Told, **changes: object) -> Decimal:
    return amounts(reckoned(an_episode(**changes), *facts))[level]


def test_a_transfer_that_was_given_up_after_a_seen_warning_is_p2_and_confirmed_by_a_list_p3() -> None:
    assert amounts(reckoned(an_episode(), cancelled())) == {"P0": 1000, "P1": 0, "P2": 1000, "P3": 0, "R": 0}
    assert told("P3", cancelled(), listed()) == 1000


@pytest.mark.parametrize("seen_at", [None, T0 + 3 * HOUR, T0 + 4 * HOUR])
def test_what_was_given_up_without_a_warning_that_was_seen_before_is_not_claimed(seen_at: object) -> None:
    assert told("P2", cancelled(), seen_at=seen_at) == 0


def test_a_transfer_that_was_let_lapse_counts_as_given_up() -> None:
    assert told("P2", a_telling(Kind.LAPSED)) == 1000


def test_five_attempts_of_one_person_count_once() -> None:
    five = [an_attempt(f"t{n}", after=HOUR + n * 10 * HOUR) for n in range(5)]
    facts = [cancelled(f"t{n}", after=3 * HOUR + n * 10 * HOUR) for n in range(5)]

    found = reckoned(an_episode(*five), *facts)

    assert amounts(found) == {"P0": 1000, "P1": 0, "P2": 1000, "P3": 0, "R": 0}
    assert found.attempts == 5


def test_five_attempts_of_which_nobody_tells_the_end_are_exposed_once() -> None:
    five = [an_attempt(f"t{n}", after=n * HOUR) for n in range(5)]

    assert amounts(reckoned(an_episode(*five)))["P0"] == 1000


def test_several_flags_about_one_transfer_are_one_attempt() -> None:
    assert told("P0", attempts=(an_attempt(after=HOUR), an_attempt(after=2 * HOUR))) == 1000


def test_split_payments_add_up_but_only_to_what_there_was() -> None:
    parts = [an_attempt(f"t{n}", after=HOUR + n * MINUTE, balance=Decimal(2500)) for n in range(4)]
    facts = [cancelled(f"t{n}", after=3 * HOUR + n * MINUTE) for n in range(4)]

    assert amounts(reckoned(an_episode(*parts), *facts)) == {"P0": 2500, "P1": 0, "P2": 2500, "P3": 0, "R": 0}


def test_split_payments_that_were_made_one_after_the_other_were_all_at_stake() -> None:
    parts = [an_attempt(f"t{n}", after=n * HOUR) for n in range(3)]
    facts = [made(f"t{n}", 1000, after=n * HOUR + MINUTE) for n in range(3)]

    assert amounts(reckoned(an_episode(*parts), *facts))["P0"] == 3000


def test_an_amount_above_the_balance_is_exposed_and_claimed_only_up_to_it() -> None:
    attempts = (an_attempt(worth=1_000_000, balance=Decimal(1200)),)
    found = amounts(reckoned(an_episode(*attempts), cancelled()))

    assert (found["P0"], found["P2"]) == (1200, 1200)


@pytest.mark.parametrize(
    ("elsewhere", "note"),
    [
        ({}, Note.SENT_ELSEWHERE),
        ({"beneficiary": ELSEWHERE}, Note.SENT_ELSEWHERE),
        ({"beneficiary": ELSEWHERE, "rail": "card"}, Note.SENT_ELSEWHERE),
        ({"beneficiary": ""}, Note.SENT_ELSEWHERE),
        ({"transfer": "", "beneficiary": SCAMMER}, Note.SENT_ELSEWHERE),
    ],
)
def test_what_is_cancelled_and_then_sent_another_way_is_taken_off(
    elsewhere: dict[str, str], note: Note
) -> None:
    sent = made(elsewhere.pop("transfer", "t9"), 700, after=5 * DAY, **elsewhere)
    found = reckoned(an_episode(), cancelled(), sent, listed())

    assert (amounts(found)["P2"], amounts(found)["P3"]) == (300, 300)
    assert note in entry(found, Level.P2).notes


def test_what_is_sent_another_way_before_the_first_is_cancelled_is_taken_off_too() -> None:
    assert (
        told("P2", cancelled(after=5 * HOUR), made("t9", 700, after=4 * HOUR, beneficiary=ELSEWHERE)) == 300
    )


def test_what_is_sent_again_is_taken_off_in_the_windows_that_reach_it() -> None:
    again = an_attempt("t2", after=20 * DAY)
    found = reckoned(
        an_episode(an_attempt(), again, last_flag_at=again.at),
        cancelled(),
        made("t2", 1000, after=20 * DAY + HOUR),
    )

    assert [entry(found, Level.P2, n * DAY).amount for n in (7, 30, 90)] == [1000, 0, 0]
    assert entry(found, Level.P2, 30 * DAY).notes == (Note.SENT_AGAIN,)


def test_a_payment_to_somebody_they_had_paid_before_is_no_displacement_unless_it_is_a_scam() -> None:
    rent = made("t0", 900, after=-9 * DAY, beneficiary=ELSEWHERE)
    next_rent = made("t9", 900, after=5 * DAY, beneficiary=ELSEWHERE)

    assert told("P2", cancelled(), rent, next_rent) == 1000
    assert told("P2", cancelled(), rent, next_rent, listed(place=ELSEWHERE)) == 100


def test_what_nobody_can_price_is_taken_for_all_of_it() -> None:
    found = reckoned(an_episode(), cancelled(), made("t9", None, after=DAY))

    assert amounts(found)["P2"] == 0
    assert Note.UNPRICED in entry(found, Level.P2).notes


def test_a_loss_that_the_person_tells_of_is_taken_off_what_they_gave_up() -> None:
    loss = a_telling(Kind.LOSS, "", 2 * DAY, by=By.USER, amount=400)

    assert told("P2", cancelled(), loss) == 600


@pytest.mark.parametrize("by", [By.CORE, By.AGENT, By.ANALYST, By.PARTNER])
def test_what_a_hard_control_stopped_is_p1_and_the_warning_claims_nothing(by: By) -> None:
    found = reckoned(an_episode(), cancelled(by=by), listed())

    assert amounts(found) == {"P0": 1000, "P1": 1000, "P2": 0, "P3": 0, "R": 0}
    assert found.owner is (Owner.CONTROL if by is By.CORE else Owner.FIRM)
    assert entry(found, Level.P1).beside == (Also.WARNING,)


def test_what_lapsed_while_a_hold_stood_is_the_hold_s() -> None:
    hold = Done(what=Also.HOLD, at=T0 + HOUR, until=T0 + DAY)
    found = reckoned(an_episode(done=(hold,)), a_telling(Kind.LAPSED))

    assert (amounts(found)["P1"], amounts(found)["P2"], found.owner) == (1000, 0, Owner.HOLD)


def test_money_that_a_control_stopped_before_is_not_given_up_again() -> None:
    attempts = (an_attempt("t1"), an_attempt("t2", after=10 * HOUR))
    found = reckoned(an_episode(*attempts), cancelled("t1", by=By.CORE), cancelled("t2", after=11 * HOUR))

    assert (amounts(found)["P1"], amounts(found)["P2"]) == (1000, 0)
    assert Note.CONTROL in entry(found, Level.P2).notes


def test_what_was_blocked_and_then_sent_again_was_not_stopped() -> None:
    attempts = (an_attempt("t1"), an_attempt("t2", 600, after=10 * HOUR))
    facts = (cancelled("t1", by=By.CORE), made("t2", 600, after=11 * HOUR))

    assert amounts(reckoned(an_episode(*attempts), *facts))["P1"] == 400


def test_a_saving_has_one_owner_and_whatever_else_was_done_stands_beside_it() -> None:
    done = (
        Done(what=Also.CALL, at=T0 + 2 * HOUR),
        Done(what=Also.HOLD, at=T0 + HOUR, until=T0 + 2 * HOUR),
        Done(what=Also.QUESTIONS, at=T0 + 9 * HOUR),
    )
    found = reckoned(an_episode(done=done), cancelled())

    assert entry(found, Level.P2).owner is Owner.WARNING
    assert entry(found, Level.P2).beside == (Also.HOLD, Also.CALL)


def test_what_nobody_says_who_cancelled_is_claimed_only_where_they_asked_us_to_stop_it() -> None:
    nobody = cancelled(by=By.UNKNOWN)
    asked = {"answer": "stop_transfer", "answered_at": T0 + 2 * HOUR}

    assert told("P2", nobody) == 0
    assert told("P2", nobody, **asked) == 1000
    assert told("P2", nobody, **(asked | {"answered_at": T0 + 9 * HOUR})) == 0


def test_money_that_came_back_is_never_also_prevented() -> None:
    found = reckoned(an_episode(), cancelled(), a_telling(Kind.RECOVERED, "", 9 * DAY, amount=600))

    assert (amounts(found)["R"], amounts(found)["P2"]) == (600, 400)


def test_a_transfer_that_came_back_had_left() -> None:
    found = reckoned(an_episode(), cancelled(), a_telling(Kind.RECOVERED, "t1", 9 * DAY, amount=1000))

    assert (amounts(found)["R"], amounts(found)["P2"], found.contradicted) == (1000, 0, True)


def test_what_two_sources_tell_came_back_came_back_once_and_never_more_than_left() -> None:
    left = made("t1", 1000)
    core = a_telling(Kind.RECOVERED, "t1", 9 * DAY, amount=800)
    case = a_telling(Kind.RECOVERED, "t1", 9 * DAY, amount=600, feed="cases")
    twice = (a_telling(Kind.RECOVERED, "t1", n * DAY, amount=800) for n in (3, 4))

    assert told("R", left, core, case) == 600
    assert reckoned(an_episode(), left, core, case).contradicted
    assert told("R", left, *twice) == 1000


def test_what_a_feed_names_and_our_own_case_does_not_came_back_once() -> None:
    lost = made("t1", 1000)
    named = a_telling(Kind.RECOVERED, "t1", 9 * HOUR, amount=300, feed="core")
    unnamed = a_telling(Kind.RECOVERED, "", 10 * HOUR, amount=300, feed="own/back")
    more = a_telling(Kind.RECOVERED, "", 11 * HOUR, amount=200, feed="core")

    assert told("R", lost, named, unnamed) == 300
    assert told("R", lost, named, more) == 500
    assert told("R", lost, named, more, unnamed) == 300


def test_a_payment_or_a_loss_that_two_feeds_tell_alike_without_naming_it_is_one() -> None:
    elsewhere = made("", 100, 5 * HOUR, id="a", beneficiary=ELSEWHERE)
    same = made("", 100, 5 * HOUR, id="b", beneficiary=ELSEWHERE, feed="import")
    lost = a_telling(Kind.LOSS, "", 6 * HOUR, id="c", amount=50, by=By.ANALYST)
    again = a_telling(Kind.LOSS, "", 6 * HOUR, id="d", amount=50, by=By.ANALYST, feed="api/app")
    twice = made("", 100, 5 * HOUR, id="e", beneficiary=ELSEWHERE)

    assert told("P2", cancelled(), elsewhere, same) == 900
    assert told("P2", cancelled(), elsewhere, same, twice) == 800
    assert reckoned(an_episode(seen_at=None), lost, again).lost[-1] == 50


def test_sources_that_disagree_whether_it_left_leave_nothing_claimed_and_say_so() -> None:
    found = reckoned(an_episode(), cancelled(), made("t1", 1000, feed="chain"))

    assert (amounts(found)["P2"], found.contradicted) == (0, True)


def test_a_later_word_of_the_same_source_corrects_the_earlier_one() -> None:
    wrong = made("t1", 1000, id="x", n=1)
    right = cancelled("t1", id="x", n=2)

    assert told("P2", wrong, right) == told("P2", right, wrong) == 1000
    assert told("P2", right, a_telling(Kind.WITHDRAWN, "t1", id="x", n=3)) == 0


def test_a_false_alarm_is_no_saving_and_a_label_against_a_list_claims_less() -> None:
    fine = a_telling(Kind.LEGITIMATE, by=By.ANALYST)
    found = reckoned(an_episode(), cancelled(), fine, listed())

    assert (amounts(found)["P2"], amounts(found)["P3"]) == (0, 0)
    assert (found.is_scam, found.false_alarm, found.contradicted) == (False, True, True)
    assert told("P2", cancelled(), answer="it_is_mine", answered_at=T0 + 2 * HOUR) == 0


@pytest.mark.parametrize(
    ("fact", "is_scam", "confirmed"),
    [
        (listed(), True, 1000),
        (a_telling(Kind.SCAM, by=By.ANALYST), True, 1000),
        (a_telling(Kind.SCAM, by=By.USER), None, 1000),
    ],
)
def test_a_list_an_analyst_or_the_user_confirms_but_the_user_alone_makes_no_scam(
    fact: Told, is_scam: bool | None, confirmed: int
) -> None:
    found = reckoned(an_episode(), cancelled(), fact)

    assert (found.is_scam, amounts(found)["P3"]) == (is_scam, confirmed)


def test_a_transfer_that_two_patterns_flagged_counts_in_one_episode_only() -> None:
    one = an_episode(id="e1")
    other = an_episode(id="e2", pattern="fake_platform", seen_at=T0 + 90 * MINUTE)
    first, second = related([one, other])

    assert amounts(reckoned(first, cancelled()))["P2"] == 0
    assert amounts(reckoned(first, cancelled()))["P0"] == 0
    assert amounts(reckoned(second, cancelled()))["P2"] == 1000
    assert entry(reckoned(second, cancelled()), Level.P2).beside == (Also.OTHER_WARNING,)


def test_what_was_sent_to_another_flagged_address_is_taken_off_here() -> None:
    sent = an_attempt("t2", after=DAY)
    other = an_episode(sent, id="e2", beneficiary=ELSEWHERE, opened_at=T0 + DAY, last_flag_at=T0 + DAY)
    first, _ = related([an_episode(), other])

    found = reckoned(first, cancelled(), made("t2", 1000, after=2 * DAY, beneficiary=ELSEWHERE))

    assert amounts(found)["P2"] == 0


def test_what_came_back_without_a_transfer_named_belongs_to_one_episode() -> None:
    later = an_episode(an_attempt("t2", after=20 * DAY), id="e2", opened_at=T0 + 20 * DAY)
    back = a_telling(Kind.RECOVERED, "", 21 * DAY, amount=500)
    first, second = related([an_episode(), later])

    assert amounts(reckoned(first, made("t1", 1000), back))["R"] == 0
    assert amounts(reckoned(second, made("t2", 1000, after=20 * DAY + HOUR), back))["R"] == 500


def test_lessons_and_help_after_a_loss_claim_nothing() -> None:
    assert told("P2", cancelled(), pattern="silent_loss") == 0


@pytest.mark.parametrize("amount", ["NaN", "-5", "Infinity", "1e40"])
def test_an_amount_that_is_none_is_priced_by_nobody(amount: str) -> None:
    assert told("R", made("t1", 1000), a_telling(Kind.RECOVERED, "t1", DAY, amount=amount)) == 0


def test_an_amount_is_counted_at_the_rate_of_its_time_and_says_whose_rate_it_was() -> None:
    dear = made("t9", 200, after=DAY, currency="EUR", rate=Decimal("1.25"), rate_source="ecb")
    found = reckoned(an_episode(), cancelled(currency="EUR", rate=Decimal("1.25"), rate_source="ecb"), dear)

    assert amounts(found)["P2"] == 750
    assert (entry(found, Level.P2).rate, entry(found, Level.P2).rate_source) == (Decimal("1.25"), "ecb")


def test_a_figure_is_provisional_until_its_window_and_the_time_for_late_facts_are_over() -> None:
    abandoned = T0 + 3 * HOUR
    for days, state in ((36, State.PROVISIONAL), (37, State.MATURED)):
        found = reckoned(an_episode(), cancelled(), now=abandoned + days * DAY)
        assert entry(found, Level.P2).state is state
        assert entry(found, Level.P2, 30 * DAY).state is State.PROVISIONAL
    assert found.matured == 1
    assert found.due_at == T0 + 44 * DAY  # losses within fourteen days, and thirty days for late facts
    assert reckoned(an_episode(), cancelled()).due_at is None


def test_losses_count_to_a_scam_only_wherever_it_was_sent_and_never_by_the_user_s_word_alone() -> None:
    sent = made("t1", 1000, after=2 * DAY)
    there = made("t9", 250, after=3 * DAY, beneficiary=ELSEWHERE)
    hearsay = a_telling(Kind.LOSS, "t1", 2 * DAY, by=By.USER, amount=1000)

    assert reckoned(an_episode(), sent).lost == (0, 0, 0, 0)
    assert reckoned(an_episode(), sent, listed()).lost == (0, 1000, 1000, 1000)
    assert reckoned(an_episode(), sent, there, listed(), listed(place=ELSEWHERE)).lost[2] == 1250
    assert reckoned(an_episode(), hearsay, listed()).lost == (0, 0, 0, 0)
    assert reckoned(an_episode(), sent, listed(), now=T0 + 31 * DAY).lost == (0, None, None, None)
