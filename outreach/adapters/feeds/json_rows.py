"""JSON objects to raw columns: numbers keep their spelling, a key said twice is refused.

Nested values become JSON text again (numbers inside them as strings), for the select to take apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from outreach.adapters.feeds.fault import Fault, reject
from outreach.adapters.feeds.lines import Lines
from outreach.adapters.feeds.mapping import Select
from outreach.adapters.feeds.raw import RawRows, text_table


class Doubled(dict[str, Any]):
    """An object in which some key stood twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs) or Doubled in map(type, found.values()):
        return Doubled(found)
    return found


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=str
).decode


def read_json(text: str) -> Any:
    """JSON as Python values with every number as its text; ValueError or RecursionError where it is none."""
    return _decode(text)


def line_rows(lines: Lines, place: str, select: Select) -> RawRows:
    """The raw rows of lines of NDJSON."""
    objects: dict[int, dict[str, Any]] = {}
    rejected = []
    for i, text in enumerate(lines.texts):
        found = Fault.TOO_LONG_LINE if i in lines.too_long else _read_line(text)
        if isinstance(found, Fault):
            rejected.append(reject(lines.first + i, place, found, text))
        else:
            objects[lines.first + i] = found
    return RawRows(
        table=object_table(objects, select.wanted, select.needed),
        rejected=tuple(rejected),
        lines=len(lines.texts),
        place=place,
        text_of=lambda line: lines.texts[line - lines.first],
    )


def element_rows(elements: Sequence[Any], first: int, place: str, select: Select) -> RawRows:
    """The raw rows of values that never were lines: elements of a JSON answer, rows of a database."""
    judged = [judge_object(element, is_escaped=True) for element in elements]
    objects = {first + i: found for i, found in enumerate(judged) if not isinstance(found, Fault)}
    rejected = [
        reject(first + i, place, found, shown(elements[i]))
        for i, found in enumerate(judged)
        if isinstance(found, Fault)
    ]
    return RawRows(
        table=object_table(objects, select.wanted, select.needed),
        rejected=tuple(rejected),
        lines=len(elements),
        place=place,
        text_of=lambda line: shown(elements[line - first]),
    )


def _read_line(text: bytes) -> dict[str, Any] | Fault:
    try:
        return judge_object(read_json(text.decode()), is_escaped=b"\\u" in text)
    except UnicodeDecodeError:
        return Fault.NOT_UTF8
    except (ValueError, RecursionError):
        if not text.strip():
            return Fault.BLANK
        return Fault.NUL if b"\0" in text else Fault.NOT_JSON


def judge_object(found: Any, *, is_escaped: bool) -> dict[str, Any] | Fault:
    """The object itself, or why it is no row. Only `\\u` escapes can hide a NUL or half a character."""
    if not isinstance(found, dict):
        return Fault.NOT_AN_OBJECT
    if type(found) is Doubled:
        return Fault.DUPLICATE_KEY
    if is_escaped:
        for text in _strings(found):
            if "\0" in text:
                return Fault.NUL
            if not text.isascii() and _is_halved(text):
                return Fault.NOT_UTF8
    return found


def _strings(value: Any) -> Iterator[str]:
    """Every key and text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _is_halved(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def object_table(
    objects: dict[int, dict[str, Any]], wanted: Sequence[str], needed: Sequence[str]
) -> pa.Table:
    """Line → object as text columns: the needed ones always, the others where any object has them."""
    seen: set[str] = set().union(*objects.values())
    names = [name for name in wanted if name in seen or name in needed]
    rows = list(objects.values())
    return text_table(_columns(rows, names), list(objects))


def _columns(rows: list[dict[str, Any]], names: list[str]) -> dict[str, pa.Array]:
    """Objects as text columns: at once where every value is a text already, else one column at a time."""
    shape = pa.struct([(name, pa.string()) for name in names])
    try:
        return dict(zip(names, pa.array(rows, shape).flatten(), strict=True))
    except (pa.ArrowTypeError, pa.ArrowInvalid, TypeError):
        return {name: text_array([row.get(name) for row in rows], json_text) for name in names}


def text_array(values: list[Any], as_text: Callable[[Any], str | None]) -> pa.Array:
    """Values as a text column; already text in the common case."""
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid, TypeError):
        return pa.array([as_text(value) for value in values], pa.string())


def json_text(value: Any) -> str | None:
    """A JSON value as the text that a cell of a CSV would hold."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def shown(row: Any) -> bytes:
    """A row that never was a line, as JSON for the quarantine."""
    return json.dumps(row, ensure_ascii=False, default=str).encode(errors="replace")
