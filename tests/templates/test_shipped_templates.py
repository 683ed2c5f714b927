"""What the shipped templates promise the people who read them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from itertools import product
from pathlib import Path

import pytest

from outreach.adapters.renderer import Asked, Findings, JinjaRenderer, counts, look
from outreach.adapters.renderer.check.saying import say_all
from outreach.adapters.renderer.library import read_library
from outreach.adapters.renderer.words import tidy
from outreach.adapters.renderer.worst import worst_cases
from outreach.adapters.rulebook import read_rulebook
from outreach.adapters.rulebook.catalogue import read_catalogue
from outreach.adapters.rulebook.compose import compose, open_page
from outreach.domain.facts import Catalogue
from outreach.domain.lookalike import BOUND
from outreach.domain.message import Content, sms_size
from outreach.domain.scale import Channel
from tests.languages import FIRST, LOCALES

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
PATTERNS = (
    "pig_butchering",
    "fake_platform",
    "support_impersonation",
    "authority_impersonation",
    "phishing_ato",
    "approval_phishing",
    "job_task",
    "recovery",
    "address_poisoning",
    "giveaway_deepfake",
    "remote_access",
    "p2p_payment",
    "mule_recruitment",
    "unknown_pattern",
)
NAMES = ("leaving", "after_loss")
WITHOUT = {"code": None, "transfer": None, "on_hold": False, "hold_expires_at": None}
TELLS = {
    "en": ("hold", "screen", "remote", "scam", "transfer", "stop"),
    "es": ("retenid", "pantalla", "remot", "estafa", "transferencia"),
    "pt-BR": ("retid", "tela", "remot", "golpe", "transferência"),
}


@lru_cache
def catalogue() -> Catalogue:
    page = open_page("facts.yml", (ROOT / "rules/facts.yml").read_bytes())
    root = compose(page)
    assert root is not None
    return read_catalogue(page, root)


@lru_cache
def shipped() -> JinjaRenderer:
    return JinjaRenderer(TEMPLATES, firm="Firmenname12", catalogue=catalogue())


@lru_cache
def written() -> tuple[tuple[str, str], ...]:
    """Every (template, locale) that lies in the folder."""
    files = sorted(TEMPLATES.glob("*/*.j2"))
    names = [
        (f.parent.name, *f.name.removesuffix(".j2").split(".")) for f in files if f.parent.name != "shared"
    ]
    return tuple((f"{folder}/{name}", locale) for folder, name, locale in names)


@cache
def say(template: str, channel: Channel, locale: str, **context: object) -> Content:
    held = context.get("transfer") == "held"
    words = {
        "reference": "K7M2QX",
        "code": "BLUE7788",
        "transfer": None,
        "on_hold": held,
        "hold_expires_at": datetime(2026, 11, 22, 14, 5, tzinfo=UTC) if held else None,
        "amount": Decimal("4200.0000"),
        "currency": "USDT",
        "zone": "Asia/Dubai",
    }
    return shipped().render(template, channel, locale, words | context).content


@lru_cache
def found() -> Findings:
    """One pass over all that is shipped, which several promises are read from."""
    asked = Asked(catalogue=catalogue(), firm="Acme", rules=ROOT / "rules", is_strict=True)
    return look(TEMPLATES, asked)


@pytest.mark.slow
def test_every_template_passes_the_check() -> None:
    assert not found().problems, "\n".join(map(str, found().problems))


@pytest.mark.slow
def test_none_of_our_own_messages_looks_like_a_scam() -> None:
    assert len(found().likenesses) > 500
    assert max(one.score for one in found().likenesses) < BOUND - 1


@pytest.mark.slow
def test_the_longest_sms_of_every_language_fits() -> None:
    for locale, size in found().sizes.items():
        assert size.parts <= (2 if size.encoding == "GSM-7" else 3), (locale, size)


@pytest.mark.slow
def test_what_is_measured_is_what_is_sent() -> None:
    for (template, locale), page in read_library(TEMPLATES, catalogue()).pages.items():
        if locale in {"en", "ar", "hi"}:
            cases = list(worst_cases(page.speakers["email_text"].names, catalogue(), "Firmenname12"))
            walked = say_all(page.speakers["email_text"], cases, locale)
            for text, case in list(walked.items())[:6]:
                sent = shipped().render(template, Channel.EMAIL, locale, WITHOUT | case | {"zone": None})
                assert sent.content.text == tidy(text)


def test_every_pattern_with_rules_is_one_we_have_words_for() -> None:
    book, _ = read_rulebook(ROOT / "rules", today=date(2026, 11, 22))
    wanted = {rule.warn.template for s in book.sets.values() for rule in s.rules} if book else set()
    assert wanted <= {template for template, _ in written()}


@pytest.mark.parametrize("locale", LOCALES)
def test_an_sms_says_who_where_and_how_to_answer(locale: str) -> None:
    for template in (t for t, found in written() if found == locale):
        text = say(template, Channel.SMS, locale, transfer="held").text
        assert "Firmenname12" in text, template
        assert "K7M2QX" in text, template
        assert "3" in text, template
        assert ("BLUE7788" in text) is not template.startswith("remote_access"), template


@pytest.mark.parametrize("locale", LOCALES)
def test_only_a_confirmed_hold_changes_what_is_said_of_the_transfer(locale: str) -> None:
    silent = ("unknown", None, "sent", "cancelled")
    for (template, _), channel in product((w for w in written() if w[1] == locale), Channel):
        held = say(template, channel, locale, transfer="held").text
        others = {say(template, channel, locale, transfer=state).text for state in silent}
        assert len(others) == 1, f"{template} on {channel} speaks of a transfer it does not know"
        name = template.partition("@")[0]
        speaks = channel is not Channel.PUSH and "approval" not in name and name.endswith("leaving")
        quiet = template.startswith("remote_access") and channel in {Channel.SMS, Channel.EMAIL}
        assert (held not in others) is (speaks and not quiet), f"{template} on {channel}"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("channel", [Channel.PUSH, Channel.SMS, Channel.EMAIL])
def test_who_reads_over_the_shoulder_of_remote_access_learns_nothing(locale: str, channel: Channel) -> None:
    for name in NAMES:
        if (f"remote_access/{name}", locale) not in written():
            continue
        said = {
            state: say(f"remote_access/{name}", channel, locale, transfer=state, amount=amount, code=code)
            for state, amount, code in product(("held", "sent", None), (Decimal(1), None), ("BLUE7788", None))
        }
        first, *rest = said.values()
        assert all(other == first for other in rest)
        words = f"{first.title} {first.text}".lower()
        assert not [tell for tell in TELLS.get(locale, ()) if tell in words]
        assert "BLUE7788" not in words + first.html


def test_leaving_and_after_loss_of_remote_access_look_alike_from_outside() -> None:
    for locale, channel in product(LOCALES, (Channel.PUSH, Channel.SMS, Channel.EMAIL)):
        if ("remote_access/leaving", locale) in written() and (
            "remote_access/after_loss",
            locale,
        ) in written():
            one, other = (say(f"remote_access/{name}", channel, locale) for name in NAMES)
            assert (one.title, one.text) == (other.title, other.text)


def test_no_shipped_message_holds_a_link_a_phone_number_or_an_address() -> None:
    pattern = re.compile(r"https?:|www\.|href|\+\d{6,}|0x[0-9a-f]{6,}", re.IGNORECASE)
    for (template, locale), channel in product(written(), Channel):
        content = say(template, channel, locale)
        assert not pattern.search(content.title + content.text + content.html), f"{template} {locale}"


def test_a_push_shows_no_amount_and_no_code_on_a_locked_screen() -> None:
    for template, locale in written():
        content = say(template, Channel.PUSH, locale)
        said = content.title + content.text
        assert "4,200" not in said, template
        assert "4.200" not in said, template
        assert "BLUE7788" not in said, template


def test_english_costs_two_sms_parts_at_most_and_the_others_three() -> None:
    for template, locale in written():
        size = sms_size(say(template, Channel.SMS, locale, transfer="held").text)
        assert size.parts <= (2 if size.encoding == "GSM-7" else 3), f"{template} {locale}: {size.units}"


BLAME = ("stupid", "careless", "gullible", "fell for", "your fault", "foolish", "you are being scammed")
PANIC = ("immediately", "urgent", "act now", "hurry up", "last chance", "within minutes")
PROMISE = ("we will refund", "get your money back for sure", "guarantee", "we will recover")
SECRETS = ("investigation", "suspicious activity", "laundering")


def test_english_warnings_hold_no_blame_panic_promise_or_secret() -> None:
    words = re.compile("|".join(BLAME + PANIC + PROMISE + SECRETS), re.IGNORECASE)
    for template, locale in written():
        for channel in (Channel.PUSH, Channel.SMS, Channel.EMAIL, Channel.INBOX):
            content = say(template, channel, locale)
            found = words.search(f"{content.title} {content.text}") if locale == "en" else None
            assert found is None, f"{template}: {found}"


def test_every_email_is_complete_without_a_code_an_amount_or_a_transfer() -> None:
    for template, locale in written():
        text = say(template, Channel.EMAIL, locale, code=None, amount=None, currency=None).text
        assert "\n\n\n" not in text
        assert "None" not in text
        assert "K7M2QX" in text, f"{template} {locale}"


def test_the_count_of_reviewed_files_is_whole() -> None:
    assert sum(n for by_review in counts(TEMPLATES).values() for n in by_review.values()) == len(written())
    assert all(set(by_review) <= {"native", "machine"} for by_review in counts(TEMPLATES).values())


@pytest.mark.parametrize("locale", LOCALES)
def test_all_fourteen_patterns_are_written_in_every_language(locale: str) -> None:
    missing = {f"{p}/{n}" for p, n in product(PATTERNS, NAMES)} - {
        t for t, found in written() if found == locale
    }
    assert not missing


def test_no_language_that_was_written_once_is_lost() -> None:
    assert set(LOCALES) >= FIRST


def test_a_second_wording_says_something_else_in_every_language() -> None:
    for template in {t for t, _ in written() if "@" in t}:
        base = template.partition("@")[0]
        only = base.startswith("education/")  # a lesson is in the mail; the rest only says that there is one
        told = (Channel.EMAIL,) if only else (Channel.PUSH, Channel.SMS, Channel.EMAIL)
        for locale, channel in product(LOCALES, told):
            assert shipped().variants(base, locale) == (base, template)
            assert say(template, channel, locale).text != say(base, channel, locale).text
