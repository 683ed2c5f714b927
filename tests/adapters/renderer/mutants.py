"""Good templates made wrong: a table of edits with what must be told, and edits by seed that nobody chose."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
EN, ES, AR = (f"p2p_payment/leaving.{locale}.j2" for locale in ("en", "es", "ar"))
SHARED_EN, SHARED_ES, LAYOUT = "shared/en.j2", "shared/es.j2", "shared/layout.html.j2"
FILES = (EN, ES, AR, SHARED_EN, SHARED_ES, "shared/ar.j2", LAYOUT)


@dataclass(frozen=True, slots=True)
class Edit:
    """In `file`, `old` becomes `new` where it first stands; `code` is told on the line of `mark`."""

    file: str
    old: str
    new: str
    code: str
    mark: str = ""  # the first words of `new`, where left out

    @property
    def name(self) -> str:
        """The edit in short."""
        return f"{self.code} {self.new.strip()[:40] or 'nothing'}"


END = "{{ sms_end() }}"
BODY = "{{ email_open() }}\n"
PUSH = "{% block push_title %}"
EDITS = (
    Edit(EN, "{% if amount and currency %}", "{% if amount and currency }", "T001"),
    Edit(EN, "{% if amount and currency %}", "{% iff amount and currency %}", "T001"),
    Edit(EN, "{% if amount and currency %}", "{% if amount and %}", "T001"),
    Edit(EN, "{% if amount and currency %}", "{% if amount & currency %}", "T001"),
    Edit(EN, END, "{{ sms_end( }}", "T001"),
    Edit(EN, END, "{{ sms_end()", "T001"),
    Edit(EN, END, "{% endif %}", "T001"),
    Edit(EN, END, "{# sms_end() {{ firm }}", "T001"),
    Edit(EN, "{% endif %}", "", "T001", "{% if"),
    Edit(SHARED_EN, "{%- endmacro %}", "", "T001", "{% macro transfer_line"),
    Edit(LAYOUT, "{{ body }}", "{{ body", "T001"),
    Edit(EN, "{{ firm }}", "{{ frim }}", "T002"),
    Edit(EN, "{{ firm }}", "{{ Firm }}", "T002"),
    Edit(EN, END, "{{ sms_ned() }}", "T002"),
    Edit(EN, BODY, "{{ user_name }}\n" + BODY, "T002"),
    Edit(LAYOUT, "{{ body }}", "{{ bodies }}{{ body }}", "T002"),
    Edit(EN, BODY, "{{ memo }}\n" + BODY, "T003"),
    Edit(EN, BODY, "{% if memo %}x{% endif %}\n" + BODY, "T003"),
    Edit(EN, "{{ firm }}", "{{ firm|upper }}", "T004"),
    Edit(EN, "{{ firm }}", "{{ firm.name }}", "T004"),
    Edit(EN, BODY, "{% for x in firm %}{{ x }}{% endfor %}\n" + BODY, "T004"),
    Edit(EN, BODY, "{{ 'a' * 999999999 }}\n" + BODY, "T004"),
    Edit(EN, BODY, "{{ ''.__class__.__mro__ }}\n" + BODY, "T004"),
    Edit(EN, BODY, "{% set x = 1 %}\n" + BODY, "T004"),
    Edit(EN, BODY, "{% if code %}" * 40 + "x" + "{% endif %}" * 40 + "\n" + BODY, "T004"),
    Edit(
        EN, BODY, "{% if " + " and ".join(["code"] * 3000) + " %}x{% endif %}\n" + BODY, "T004", "{#- review"
    ),
    Edit(LAYOUT, "{{ body }}", "{{ body|upper }}", "T004"),
    Edit(EN, "{% block call_script", "{% block call_scrpt", "T006"),
    Edit(EN, "{% block call_script", "{% block sms -%}x{% endblock %}\n{% block call_script", "T006"),
    Edit(
        EN, END, "Think of the buyer's name, the bank's app and the amount. " * 6 + END, "T009", "{{ firm }}"
    ),
    Edit(ES, END, "Piense en el nombre, la app y el importe. " * 5 + END, "T009", "{{ firm }}"),
    Edit(EN, END, "https://acme.example " + END, "T010"),
    Edit(EN, END, "bit.ly/x7 " + END, "T010"),
    Edit(EN, END, "HELP.ACME.COM " + END, "T010"),
    Edit(EN, END, "+44 20 7946 0958 " + END, "T010"),
    Edit(EN, PUSH, PUSH + "www.acme ", "T010"),
    Edit(AR, PUSH, PUSH + "راجع acme.com ", "T010"),
    Edit(EN, BODY, BODY + "0800 123 45 67\n", "T010", "0800"),
    Edit(EN, BODY, BODY + "www.acme.example\n", "T010", "www"),
    Edit(SHARED_EN, "Reply 1", "Go to t.me/acme or reply 1", "T010"),
    Edit(EN, PUSH, PUSH + "in\u200bvisible ", "T011"),
    Edit(EN, PUSH, PUSH + "soft\u00adhyphen ", "T011"),
    Edit(EN, PUSH, PUSH + "turn\u202eed ", "T011"),
    Edit(EN, PUSH, PUSH + "join\u200der ", "T011"),
    Edit(EN, PUSH, "lost words\n" + PUSH, "T012"),
    Edit(EN, "shared/en.j2", "shared/es.j2", "T013"),
    Edit(EN, "import transfer_line", "import transfer_lime, transfer_line", "T013"),
    Edit(EN, BODY, "{{ money(amount, currency) }}\n" + BODY, "T014", "{{ money"),
    Edit(EN, BODY, "{{ when(hold_expires_at) }}\n" + BODY, "T014", "{{ when"),
    Edit(EN, END, "It\u2019s time to look. " + END, "T016", "It"),
    Edit(EN, END, "Look \u2014 then " + END, "T016", "Look"),
    Edit(SHARED_EN, "Reply 1", "Reply \u201c1\u201d", "T016"),
    Edit(EN, BODY, BODY + "Now tell us your code.\n", "T017", "Now"),
    Edit(EN, BODY, BODY + "Now  TELL us\nyour   code.\n", "T017", "Now"),
    Edit(ES, BODY, BODY + "Confirma tu contrasena.\n", "T017", "Confirma"),
    Edit(AR, BODY, BODY + "أكِّد كلمة المرور\n", "T017", "أك"),
    Edit(EN, BODY, BODY + "A special offer.\n", "T018", "A sp"),
    Edit(ES, BODY, BODY + "Una oferta especial.\n", "T018", "Una"),
    Edit(EN, BODY, BODY + "You should have looked.\n", "T019", "You"),
    Edit(AR, BODY, BODY + "هذا خطؤك.\n", "T019", "هذا"),
    Edit(EN, BODY, BODY + "This is URGENT.\n", "T020", "This"),
    Edit(ES, BODY, BODY + "Es urgente.\n", "T020", "Es"),
    Edit(EN, BODY, BODY + "Your funds will be refunded.\n", "T021", "Your"),
    Edit(ES, '{% if transfer == "held" %} Operación retenida.{% endif %}', "", "T022", "{{ firm }}: antes"),
    Edit(AR, BODY, BODY + "{% if phish_theme %}x{% endif %}\n", "T022", BODY),
    Edit(EN, "import transfer_line", "import you_sent, transfer_line", "T023"),
    Edit(EN, "{% block email_subject %}", "{% block email_subject %}" + "Please look at this " * 4, "T024"),
    Edit(ES, PUSH, PUSH + "Mire esto con calma, por favor, " * 2, "T024"),
    Edit(EN, "{{ email_close() }}", "Yours, {{ firm }}", "T025", BODY),
    Edit(EN, END, "Reply 3.", "T025", "{{ firm }}"),
    Edit(EN, PUSH, PUSH + "W\u0430rning ", "T026"),
    Edit(ES, PUSH, PUSH + "\uff21cme ", "T026"),
    Edit(LAYOUT, '<html lang="{{ lang }}" dir="{{ dir }}">', '<html lang="{{ lang }}">', "T027"),
    Edit(LAYOUT, '<html lang="{{ lang }}" dir="{{ dir }}">', '<html lang="en" dir="{{ dir }}">', "T027"),
    Edit(AR, PUSH, PUSH + "{{ firm }} ", "T028"),
    Edit(AR, PUSH, PUSH + "في {{ firm }} - {{ firm }} ", "T028"),
    Edit(LAYOUT, "{{ body }}", "", "T029", "{#-"),
    Edit(EN, END, "Please confirm your card number. " + END, "T030", "{{ firm }}"),
    Edit(EN, END, "Claim the prize. " + END, "T030", "{{ firm }}"),
    Edit(EN, PUSH, PUSH + "Hello { firm } ", "T032"),
    Edit(EN, PUSH, PUSH + "Hello }} ", "T032"),
    Edit(LAYOUT, "{{ body }}", '<img src="x">{{ body }}', "T033"),
)


def lay_out(folder: Path) -> Path:
    """One template in three languages, with what it is checked against; the templates folder."""
    for name in (*FILES, *(f"shared/never_say.{locale}.toml" for locale in ("en", "es", "ar"))):
        target = folder / "templates" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "templates" / name, target)
    (folder / "rules" / "we_never").mkdir(parents=True)
    for name in ("we_never.yml", "we_never/es.yml", "we_never/ar.yml"):
        shutil.copyfile(ROOT / "rules" / name, folder / "rules" / name)
    return folder / "templates"


def made(edit: Edit, text: str) -> tuple[str, int]:
    """The text with the edit in it, and the line on which it must be told."""
    at = text.index(edit.old)
    changed = text.replace(edit.old, edit.new, 1)
    where = _nearest(changed, edit.mark, at) if edit.mark else at + len(edit.new) - len(edit.new.lstrip())
    return changed, changed.count("\n", 0, where) + 1


def _nearest(text: str, mark: str, at: int) -> int:
    """Where the mark stands, nearest to the edit."""
    before, after = text.rfind(mark, 0, at + len(mark)), text.find(mark, at)
    return min((one for one in (before, after) if one >= 0), key=lambda one: abs(one - at))


PIECES = (
    "{",
    "}",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{% if %}",
    "{% endif %}",
    "{% else %}",
    "{{ firm }}",
    "{{ amount }}",
    "{{ code }}",
    "{{ money(amount) }}",
    "{{ when(1) }}",
    "{{ plural(1) }}",
    "{{ sms_end() }}",
    "{{ x.y }}",
    "{% block sms %}",
    "{% endblock %}",
    "{% raw %}",
    "{% include 'x' %}",
    "\x00",
    "\u202e",
    "\u200b",
    "\ufeff",
    "\r",
    "\u2028",
    "'",
    '"',
    "\\",
    "|",
    "-",
    "(",
    ")",
    "[",
    "]",
    " and ",
    " or ",
    " not ",
    "None",
    "9" * 30,
    "{{ 1/0 }}",
    "{{ 10**10**10 }}",
    "💥",
    "é",
    "{{ '%s' }}",
)


def mutant(seed: int, texts: dict[str, str]) -> tuple[str, str]:
    """A file's name and its text after one to three edits that nobody chose; the same for the same seed."""
    dice = random.Random(seed)
    name = dice.choice(sorted(texts))
    text = texts[name]
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(text) + 1)
        end = min(len(text), at + dice.choice((0, 0, 1, 2, 5, 20, 80)))
        other = dice.randrange(len(text) + 1)
        piece = dice.choice((dice.choice(PIECES), text[other : other + dice.choice((1, 5, 40))], ""))
        text = text[:at] + piece + text[end:]
    return name, text
