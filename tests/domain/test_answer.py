"""Answers: what follows from each, and no more than the core has said."""

from __future__ import annotations

from itertools import pairwise, product

from outreach.domain.answer import Answer, Grade, WhatNext, what_next
from outreach.domain.transfer import TransferStatus


def test_every_answer_has_a_next_step_in_every_state_of_the_transfer() -> None:
    steps = {what_next(a, t) for a, t in product(Answer, TransferStatus)}
    assert steps == set(WhatNext)


def test_a_stop_is_never_said_to_be_asked_once_the_money_has_left() -> None:
    assert what_next(Answer.STOP_TRANSFER, TransferStatus.SENT) is WhatNext.ALREADY_LEFT
    assert what_next(Answer.STOP_TRANSFER, TransferStatus.PENDING) is WhatNext.STOP_ASKED


def test_grades_rise_from_handed_over_to_answered() -> None:
    assert all(a.rank < b.rank for a, b in pairwise(Grade))
    assert max(Grade, key=lambda g: g.rank) is Grade.ANSWERED
