"""Errands, as they are passed on."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from outreach.engine.errands import Errand
from outreach.store.sending import Draft


def test_a_draft_for_a_provider_and_its_errand_differ_in_nothing_else() -> None:
    odd: dict[str, Any] = {each.name: object() for each in fields(Draft)}
    draft = Draft(**odd)
    whole: dict[str, Any] = {each.name: object() for each in fields(Errand)} | {"draft": draft}
    errand = Errand(**whole)

    assert draft.by("twilio") == replace(draft, provider="twilio")
    assert errand.drafting(draft.by("twilio")) == replace(errand, draft=replace(draft, provider="twilio"))
