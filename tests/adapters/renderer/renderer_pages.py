"""Builders: template files, a small catalogue, a context."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from outreach.adapters.renderer import JinjaRenderer
from outreach.domain.facts import Catalogue, FactSpec, FactType, Privacy

ROOT = Path(__file__).parents[3]
LAYOUT = (ROOT / "templates/shared/layout.html.j2").read_text("utf-8")
HEAD = "{#- review: native -#}\n"
SHARED = HEAD + (
    '{% macro hold() -%}{% if transfer == "held" %}On hold.{% endif %}{%- endmacro %}\n'
    "{% macro foot() -%}{{ hold() }} Ref {{ reference }}{%- endmacro %}\n"
)
NEVER_SAY = (
    'promotion = ["special offer"]\nblame = ["careless*"]\npanic = ["urgent*"]\nrefund = ["full refund"]\n'
)
BLOCKS = {
    "push_title": "Before it goes",
    "push_body": "Open {{ firm }}",
    "sms": "{{ firm }}: check it. {{ foot() }}",
    "email_subject": "Please check",
    "email_text": "Hello,{% if code %} {{ code }}{% endif %}\n\n"
    "{% if amount and currency %}{{ money(amount, currency) }}{% endif %}"
    "\n\n{{ foot() }}",
    "call_script": "Ask.\nListen.",
}
CATALOGUE: Catalogue = {
    spec.name: spec
    for spec in (
        FactSpec(name="amount", type=FactType.MONEY, about="amount"),
        FactSpec(name="currency", type=FactType.TEXT, about="code", longest=8),
        FactSpec(name="hold_expires_at", type=FactType.TIME, about="end"),
        FactSpec(name="sends_30d", type=FactType.INTEGER, about="sends"),
        FactSpec(
            name="phish_theme", type=FactType.TEXT, about="theme", one_of=("support", "a much longer theme")
        ),
        FactSpec(name="memo", type=FactType.TEXT, about="memo", attacker_controlled=True),
        FactSpec(name="age_band", type=FactType.TEXT, about="age", privacy=Privacy.PERSONAL),
    )
}
CONTEXT = {
    "firm": "Acme",
    "reference": "K7M2QX",
    "code": None,
    "transfer": "pending",
    "on_hold": False,
    "hold_expires_at": datetime(2026, 11, 22, 14, 5, tzinfo=UTC),
    "amount": Decimal("4200.0000"),
    "currency": "USD",
    "zone": "Asia/Dubai",
}


def source(locale: str = "en", *, head: str = HEAD, macros: str = "foot", **blocks: str | None) -> str:
    """A whole template file; a block given as None is left out."""
    kept = {**BLOCKS, **blocks}
    lines = [f'{{% from "shared/{locale}.j2" import {macros} with context %}}']
    lines += [
        f"{{% block {name} -%}}\n{text}\n{{%- endblock %}}" for name, text in kept.items() if text is not None
    ]
    return head + "\n".join(lines) + "\n"


def put(folder: Path, path: str, text: str) -> None:
    """Write a file of the folder."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")


def renderer(folder: Path, **more: object) -> JinjaRenderer:
    """A renderer of the folder with the small catalogue."""
    return JinjaRenderer(folder, firm="Acme", catalogue=CATALOGUE, **more)  # type: ignore[arg-type]
