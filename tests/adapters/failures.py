"""The table of failures, and the page that is written from it: `python -m tests.adapters.failures`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
TABLE = Path(__file__).with_suffix(".toml")
PAGE = Path(__file__).parents[2] / "docs" / "failures.md"


@lru_cache(maxsize=1)
def table() -> Mapping[str, Any]:
    """Every row, by part; and the page's head."""
    return tomllib.loads(TABLE.read_text("utf-8"))


def numbers(said: str) -> set[int]:
    """`401-403 407` as the numbers it names."""
    found: set[int] = set()
    for word in said.split():
        first, _, last = word.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def page() -> str:
    """docs/failures.md, whole."""
    from outreach.domain.delivery import FIRST_RETRY, LONGEST_RETRY, MOST_ATTEMPTS

    head = table()["page"]["head"].format(
        first=int(FIRST_RETRY.total_seconds()),
        longest=int(LONGEST_RETRY.total_seconds()),
        most=MOST_ATTEMPTS,
    )
    return head + "".join(
        f"\n## {title}\n\n{lead}{_table(columns, rows)}" for title, lead, columns, rows in _parts()
    )


def _parts() -> list[tuple[str, str, Sequence[str], Sequence[Sequence[str]]]]:
    rows = table()
    never = "Nothing was written, so all of these are **unavailable**: "
    names = "; ".join(row["name"] for row in rows["unconnected"])
    return [
        ("No connection", f"{never}{names}.\n", (), ()),
        (
            "A connection that breaks",
            "From the first byte on only an answer proves anything, on fresh and on kept connections.\n\n",
            ("the provider", "result", "why"),
            [(r["name"], _result(r), r["why"]) for r in rows["breaking"]],
        ),
        (
            "HTTP statuses",
            "*promised*: as success looks; *theirs*: its own words of an error; *other*: the rest.\n\n",
            ("status", "body", "from", "result", "why"),
            [
                (r["status"].replace("-", "–"), _or(r["body"]), _or(r["party"]), _result(r), r["why"])
                for r in rows["status"]
            ],
        ),
        (
            "Retry-After",
            "",
            ("says", "the answer's Date", "waited"),
            [(f"`{r['said']}`", r.get("date", ""), _wait(r)) for r in rows["retry_after"]],
        ),
        (
            "Twilio's codes",
            "Asked of a 4xx only.\n\n",
            ("code", "HTTP", "means", "result"),
            [(str(r["code"]), str(r["status"]), r["means"], _result(r)) for r in rows["twilio"]],
        ),
        (
            "SendGrid's fields",
            "",
            ("HTTP", "field", "means", "result"),
            [(str(r["status"]), _code(r["field"]), r["means"], _result(r)) for r in rows["sendgrid"]],
        ),
        (
            "FCM's codes",
            "They stand in `details[]`, told apart by `@type`.\n\n",
            ("HTTP", "FcmError", "BadRequest names", "means", "result"),
            [
                (
                    str(r["status"]),
                    _code(r["code"]),
                    _code(" ".join(r.get("fields", ()))),
                    r["means"],
                    _result(r),
                )
                for r in rows["fcm"]
            ],
        ),
        (
            "SMTP",
            "Until the words were sent nothing was taken; from then on only an answer proves anything.\n\n",
            ("at", "the server", "means", "result"),
            [(r["at"], _server(r), r["means"], _result(r)) for r in rows["smtp"]],
        ),
    ]


def _result(row: Row) -> str:
    return f"**{row['result']}**" + (", forget" if row.get("forget") else "")


def _or(words: str) -> str:
    return "any" if len(words.split()) == 3 else " or ".join(words.split())


def _wait(row: Row) -> str:
    said = f"{row['seconds']:,} s" if "seconds" in row else "not at all"
    return f"{said}: {row['why']}" if "why" in row else said


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _server(row: Row) -> str:
    ends = {"keep": "", "close": "hangs up", "reset": "resets", "stall": "falls silent"}[row["then"]]
    return ", ".join(part for part in (_code(row["said"]), ends) if part)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not columns:
        return ""
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
