"""Lists of addresses, put together: what reads them, what holds them, what looks destinations up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import httpx

from outreach.adapters import chains
from outreach.adapters.address_lists import (
    ListFiles,
    ListUrl,
    Shape,
    rows_in,
    write_csv,
    write_json,
    write_stix,
)
from outreach.adapters.archive import Archive
from outreach.adapters.lookup import DuckLookup
from outreach.domain.entries import Entry
from outreach.domain.hitting import HitPolicy
from outreach.domain.listed import Row
from outreach.engine.list_changes import ListChanges
from outreach.engine.list_pulls import Declared, ListPulls
from outreach.engine.lists import Lists
from outreach.engine.weigher import ArchiveWeigher
from outreach.errors import FeedError
from outreach.settings import Settings
from outreach.settings.addresses import AddressListSettings, ListFileSettings, ListUrlSettings
from outreach.wiring import chance
from outreach.wiring.destinations import read_address, read_any, shipped
from outreach.wiring.house import House

LIST_TIMEOUT = 60.0


def lists(house: House) -> Lists:
    """The stage that keeps lists."""
    settings = house.settings.addresses
    # Only read: the catalogue says what may be written, and takes the rules a while to tell.
    archive = Archive(folder=house.settings.at(house.settings.archive), catalogue={})
    return Lists(
        store=house.store,
        check=chains.read,
        shipped=shipped,
        weigh=ArchiveWeigher(archive=archive, lookup=DuckLookup),
        policy=HitPolicy(
            share=settings.hold_share,
            fewest=settings.hold_fewest,
            days=settings.recent_days,
            gone=settings.hold_gone,
        ),
        clock=house.clock,
        new_id=chance.new_id,
    )


def changes(house: House) -> ListChanges:
    """The stage of people's own words on addresses."""
    return ListChanges(store=house.store, shipped=shipped, clock=house.clock)


def pulls(house: House) -> ListPulls:
    """The stage that pulls lists."""
    return ListPulls(lists=lists(house), feeds=declared(house.settings))


def declared(settings: Settings) -> list[Declared]:
    """Every list of the settings, in the order of the file."""
    return [_declared(name, one, settings) for name, one in settings.addresses.lists.items()]


def _declared(name: str, one: AddressListSettings, settings: Settings) -> Declared:
    match one:
        case ListFileSettings():
            feed: ListFiles | ListUrl = ListFiles(
                name=name, pattern=str(settings.at(Path(one.path))), shape=_shape(one)
            )
        case ListUrlSettings():
            feed = ListUrl(name=name, url=one.url.get_secret_value(), client=_client(one), shape=_shape(one))
    return Declared(feed=feed, every=timedelta(minutes=one.every_minutes), is_complete=one.complete)


def _shape(one: AddressListSettings) -> Shape:
    return Shape(
        format=one.format,
        delimiter=one.delimiter,
        chain=one.chain,
        sources=one.sources,
        columns=one.columns,
        largest=one.largest_bytes,
    )


def _client(one: ListUrlSettings) -> httpx.Client:
    headers = {"Authorization": f"Bearer {one.token.get_secret_value()}"} if one.token else {}
    return httpx.Client(timeout=LIST_TIMEOUT, headers=headers, follow_redirects=False)


FORMATS: Mapping[str, Literal["csv", "ndjson", "json"]] = {
    "csv": "csv",
    "ndjson": "ndjson",
    "jsonl": "ndjson",
    "json": "json",
}
"""Formats by the ending of a file's name."""


def rows_of_file(path: Path, said: Mapping[str, str]) -> Iterator[Row]:
    """The rows of a list in a file; FeedError where it is too large to be read at once.

    `said`: format ('' by the file's name), chain, sources, delimiter.
    """
    ending = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    shape = Shape(
        format=FORMATS.get(said.get("format") or ending, "csv"),
        chain=said.get("chain", ""),
        sources=said.get("sources", ""),
        delimiter=said.get("delimiter") or ",",
    )
    if path.stat().st_size > shape.largest:
        raise FeedError(f"{path.name} is larger than {shape.largest:,} bytes: split it")
    return rows_in(path.read_bytes(), shape, path.name)


def exported(entries: Iterator[Entry], style: str, firm: str, now: datetime) -> Iterator[str]:
    """The entries as other firms take them: csv, json or stix."""
    match style:
        case "stix":
            return write_stix(entries, firm, now)
        case "json":
            return write_json(entries)
        case _:
            return write_csv(entries)


__all__ = [
    "changes",
    "declared",
    "exported",
    "lists",
    "pulls",
    "read_address",
    "read_any",
    "rows_of_file",
    "shipped",
]
