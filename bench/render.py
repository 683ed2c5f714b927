"""How long a message takes to say, beside Jinja2 alone saying the same template in the same run.

    python bench/render.py [messages]

"jinja" is Jinja2's own way with the same file, macros imported with context; "bare" is the same blocks
with the macros unfolded, which is the least Jinja2 can take. Both get ready values and format money by
an f-string; neither finds a locale, cleans a value, tidies the text or writes the email's HTML, which
"ours" does. The ratio is ours to bare, and is what travels between machines.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from outreach.adapters.renderer import JinjaRenderer, check
from outreach.adapters.renderer.library import Library, read_library
from outreach.adapters.rulebook.catalogue import read_catalogue
from outreach.adapters.rulebook.compose import compose, open_page
from outreach.domain.scale import Channel

ROOT = Path(__file__).parents[1]
TEMPLATE = "pig_butchering/leaving"
RAW_BLOCKS = {
    Channel.PUSH: ("push_title", "push_body"),
    Channel.SMS: ("sms",),
    Channel.EMAIL: ("email_subject", "email_text"),
    Channel.INBOX: ("push_title", "email_text"),
    Channel.CALL: ("email_subject", "call_script"),
}
ROUNDS = 5
LOCALES = ("en", "es", "pt-BR", "ar", "hi", "zh-Hans")


def contexts(number: int) -> list[dict[str, object]]:
    """Distinct people: no two amounts, references or holds alike, so that no cache is flattered."""
    start = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
    return [
        {
            "reference": f"K{n:05d}",
            "code": "BLUE77" if n % 2 else None,
            "transfer": ("held", "pending", "unknown")[n % 3],
            "on_hold": n % 3 == 0,
            "hold_expires_at": start + timedelta(minutes=n) if n % 3 == 0 else None,
            "amount": Decimal(n * 37 + 11) / 4,
            "currency": ("USD", "USDT", "EUR")[n % 3],
            "zone": ("Asia/Dubai", "America/Sao_Paulo", None)[n % 3],
            "firm": "Acme",
        }
        for n in range(number)
    ]


def best(number: int, act: Callable[[dict[str, object]], object], people: list[dict[str, object]]) -> float:
    """Microseconds of CPU a call, the best of some rounds."""
    spent = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for person in people:
            act(person)
        spent.append(time.process_time() - started)
    return min(spent) / number * 1e6


def raw(channel: Channel) -> Callable[[dict[str, object]], object]:
    """Jinja2's own way with the same file: its blocks, macros imported with context as it does it."""
    plain = Environment(
        loader=FileSystemLoader(ROOT / "templates"), undefined=StrictUndefined, auto_reload=False
    )
    plain.globals |= {"money": lambda amount, currency: f"{amount} {currency}", "when": str}
    text = (ROOT / f"templates/{TEMPLATE}.en.j2").read_text("utf-8")
    head = text[: text.index("{% block")]
    bodies = [
        text[text.index(f"{{% block {name} ") :]
        .split("%}", 1)[1]
        .split("{% endblock")[0]
        .split("{%- endblock")[0]
        for name in RAW_BLOCKS[channel]
    ]
    templates = [plain.from_string(head + body) for body in bodies]
    return lambda person: [template.render(person) for template in templates]


def bare(channel: Channel, library: Library) -> Callable[[dict[str, object]], object]:
    """The blocks alone, compiled with their macros unfolded."""
    page = library.pages[TEMPLATE, "en"]
    speakers = [page.speakers[name] for name in RAW_BLOCKS[channel]]
    functions = {"money": lambda amount, currency: f"{amount} {currency}", "when": str}
    return lambda person: [speaker.say(person | functions) for speaker in speakers]


def main(number: int) -> None:
    """Print the table."""
    page = open_page("facts.yml", (ROOT / "rules/facts.yml").read_bytes())
    root = compose(page)
    catalogue = read_catalogue(page, root) if root is not None else {}
    started = time.process_time()
    renderer = JinjaRenderer(ROOT / "templates", firm="Acme", catalogue=catalogue)
    loaded = time.process_time()
    check(ROOT / "templates", catalogue, "Acme")
    checked = time.process_time()
    print(f"load {loaded - started:.2f} s, check {checked - loaded:.2f} s of CPU; n = {number:,} messages")
    people = contexts(number)
    library = read_library(ROOT / "templates", catalogue)
    print(f"{'channel':8} {'jinja µs':>9} {'bare µs':>9} {'ours µs':>9} {'ratio':>6}")
    for channel in Channel:
        jinja = best(number, raw(channel), people)
        limit = best(number, bare(channel, library), people)
        ours = best(number, lambda p, c=channel: renderer.render(TEMPLATE, c, "en", p), people)  # type: ignore[misc]
        print(f"{channel.value:8} {jinja:9.1f} {limit:9.1f} {ours:9.1f} {ours / limit:6.2f}")
    for locale in LOCALES:
        ours = best(number, lambda p, where=locale: renderer.render(TEMPLATE, Channel.SMS, where, p), people)  # type: ignore[misc]
        print(f"sms {locale:8} {'':14} {ours:9.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
