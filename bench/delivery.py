"""Due outreaches out, end to end in one process: claim → gate → render → attempt → sent → result.

    python bench/delivery.py [--messages 5000] [--rounds 3] [--database sqlite|postgresql] [--channel sms …]
                             [--format table|json] [--profile]

Same run, in turn: `bare aiohttp` posts the same requests to the same sink with as many in flight; `sender` is
our sender alone; `loop` the daemon's own dispatch, database and all; `no network` the loop with the answers
made beforehand, and `store` the loop with a sender that only says yes. Medians of the rounds; the ratio is to
bare aiohttp, for email (a hundred a request) to the loop without the network. CPU is of this process alone.
"""

from __future__ import annotations

import argparse
import base64
import cProfile
import json
import multiprocessing
import os
import pstats
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from loop import postgres
from seeding import seed
from send import SENT_BY, bare_aiohttp, makes, messages, offline, sink, written

from outreach.adapters.safety import Discard
from outreach.adapters.transport import line
from outreach.daemon import JOBS
from outreach.domain.delivery import Accepted
from outreach.domain.message import Message, Rendered
from outreach.domain.scale import Channel
from outreach.engine.dispatch import Dispatch
from outreach.engine.ports import Renderer, Sender
from outreach.wiring.chance import clock
from outreach.wiring.collector import sparing_collector
from outreach.wiring.house import House, open_house

ROOT = Path(__file__).parents[1]
PROVIDER = {Channel.SMS: "twilio", Channel.PUSH: "fcm", Channel.EMAIL: "sendgrid"}
IN_FLIGHT = 50
ALONE = 5_000
"""Messages handed to a sender at once where it is measured alone."""

THREADS = next(job.threads for job in JOBS if job.name == "dispatch")


@dataclass(frozen=True, slots=True)
class Took:
    """One measurement: messages a second, CPU µs a message."""

    rate: float
    cpu: float


class Stages:
    """CPU seconds by stage, of the threads that walk through them."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.thread_time()
        try:
            yield
        finally:
            with self._lock:
                self.spent[name] += time.thread_time() - began


def staged(dispatch: Dispatch, stages: Stages, *, words: bool) -> Dispatch:
    """The same stage, its parts charged one by one; `words` charges those of each message, too, which costs
    the round some 15 µs a message."""
    parts = {
        "_claim": "claim",
        "_plan_all": "plan",
        "_start": "start",
        "_finish": "finish",
        "_hand_over": "hand over",
    }

    def timed(method: str, name: str) -> Callable[..., Any]:
        def inner(self: Dispatch, *args: Any) -> Any:
            with stages.stage(name):
                return getattr(Dispatch, method)(self, *args)

        return inner

    kinds = {m: timed(m, name) for m, name in parts.items() if hasattr(Dispatch, m)}
    kind = type("StagedDispatch", (Dispatch,), {"__slots__": (), **kinds})
    parts_of = {name: getattr(dispatch, name) for name in Dispatch.__slots__}
    renderer = TimedRenderer(dispatch.renderer, stages) if words else dispatch.renderer
    return kind(**{**parts_of, "renderer": renderer, "words": None})


class TimedRenderer:
    """A renderer whose words are charged to the stage `render`, which is part of `plan`."""

    def __init__(self, renderer: Renderer, stages: Stages) -> None:
        self._renderer, self._stages = renderer, stages
        self.variants, self.text_of = renderer.variants, renderer.text_of

    def render(self, *asked: Any) -> Rendered:
        with self._stages.stage("render"):
            return self._renderer.render(*asked)


def noon() -> Callable[[], datetime]:
    """The clock, put to noon: nobody's quiet hours."""
    off = clock().replace(hour=12, minute=0, second=0) - clock()
    return lambda: clock() + off


def workspace(folder: Path, url: str, database: str) -> House:
    """A workspace over the shipped rules and templates; every channel ends at the sink."""
    if (folder / "outreach.toml").exists():  # laid out by the process that seeded it
        return open_house(folder, clock=noon())
    key = base64.b64encode(os.urandom(32)).decode()
    (folder / ".env").write_text(
        f"OUTREACH_KEYS=k1:{key}\nOUTREACH_HASH_KEY={key}\nOUTREACH_ANSWER_KEYS=a1:{key}\n"
        f"OUTREACH_DATABASE={database}\nOUTREACH_TWILIO__AUTH_TOKEN=s\nOUTREACH_SENDGRID__API_KEY=SG\n"
    )
    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    account = {"project_id": "p1", "client_email": "r@p1.example", "private_key": pem.decode()}
    account |= {"private_key_id": "k", "token_uri": f"{url}/token"}
    (folder / "fcm.json").write_text(json.dumps(account))
    (folder / "outreach.toml").write_text(
        f'firm = "Acme"\nrules = "{ROOT}/rules"\ntemplates = "{ROOT}/templates"\n'
        'mail_from = "warnings@firm.example"\nlive_recipients = "everyone"\n'
        '[channels]\npush = "fcm"\nsms = "twilio"\nemail = "sendgrid"\n'
        f'[twilio]\naccount_sid = "AC1"\nsender = "+15550000000"\nbase_url = "{url}"\n'
        f'callback = "https://f.example/cb"\n[sendgrid]\nbase_url = "{url}"\n'
        f'[fcm]\nbase_url = "{url}"\nservice_account = "fcm.json"\n'
        '[feeds.bench]\nkind = "files"\npath = "nothing.csv"\nformat = "csv"\n'
    )
    house = open_house(folder, clock=noon())
    house.migrate()
    return house


def with_sender(dispatch: Dispatch, sender: Sender) -> Dispatch:
    """The same stage with this sender in the place of its channel's and provider's."""
    lanes = {lane: sender if lane[0] is sender.channel else one for lane, one in dispatch.senders.items()}
    return replace(dispatch, senders=lanes)


class Bench:
    """One house, one channel: measures a case at a time."""

    def __init__(self, house: House, channel: Channel, count: int, port: int) -> None:
        self.house, self.channel, self.count = house, channel, count
        self.stages: Mapping[str, Stages] = {}
        url = f"http://127.0.0.1:{port}"
        make = makes(url)[PROVIDER[channel]]
        with line(IN_FLIGHT) as exchange:
            batch = messages(min(count, 500), channel, SENT_BY[channel])
            made = written(make, batch, exchange)
            quiet = make(offline(exchange))
            quiet.send_many(batch[:1])
        usual = house.dispatch
        loops = {
            "loop": usual,
            "no network": with_sender(usual, quiet),
            "store": with_sender(usual, named(Discard(channel), PROVIDER[channel])),
        }
        self.stages = {name: Stages() for name in loops}
        self.loops = {
            name: staged(one, self.stages[name], words=name == "store") for name, one in loops.items()
        }
        self.cases: dict[str, Callable[[], object]] = {}
        if channel is not Channel.EMAIL:
            posts = [made[n % len(made)] for n in range(count)]
            self.cases["bare aiohttp"] = partial(bare_aiohttp, posts)
        sender = usual.senders[channel, PROVIDER[channel]]
        self.cases["sender"] = partial(self._alone, sender, messages(count, channel, SENT_BY[channel]))
        self.cases |= {name: partial(self._run, one) for name, one in self.loops.items()}

    def _run(self, dispatch: Dispatch) -> None:
        """As the daemon: in as many threads."""
        with ThreadPoolExecutor(THREADS) as pool:
            counts = sum(pool.map(lambda _: dispatch.run(), range(THREADS)), Counter())
        taken = counts[f"result.{self.channel}.accepted"]
        if taken != self.count:
            raise SystemExit(f"{taken} of {self.count} messages were accepted: {dict(counts)}")

    def _alone(self, sender: Sender, batch: Sequence[Message]) -> None:
        """The sender without anything of ours around it."""
        for start in range(0, len(batch), ALONE):
            results = sender.send_many(batch[start : start + ALONE])
            if not all(isinstance(result, Accepted) for result in results):
                raise SystemExit(f"the sink did not take everything: {results[0]}")

    def measure(self, name: str) -> Took:
        """One round of a case; what it sends is made before the clock starts."""
        if name in self.loops:
            seed(self.house.store, ROOT, self.count, self.channel, self.house.clock())
            time.sleep(0.002)  # the last of them is due a millisecond after it was made
        wall, cpu = time.perf_counter(), time.process_time()
        self.cases[name]()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        return Took(self.count / wall, cpu / self.count * 1e6)


def named(sender: Discard, name: str) -> Discard:
    sender.name = name
    return sender


@dataclass(frozen=True, slots=True)
class Line:
    """A case's medians."""

    database: str
    channel: str
    case: str
    rate: float
    cpu: float
    ratio: float  # of the rate to the limit's: bare aiohttp, for email the loop without the network
    cpu_ratio: float  # of the limit's CPU to this one's
    stages: Mapping[str, float]  # CPU µs a message


def measured(bench: Bench, database: str, rounds: int) -> list[Line]:
    """Every case of a bench, in turn, so many times; one round beforehand warms up."""
    taken: dict[str, list[Took]] = {name: [] for name in bench.cases}
    for number in range(rounds + 1):
        for name in bench.cases:
            took = bench.measure(name)
            if number:
                taken[name].append(took)
            elif name in bench.stages:
                bench.stages[name].spent.clear()
    limit = "no network" if bench.channel is Channel.EMAIL else "bare aiohttp"
    ratios = {
        name: [(a.rate / b.rate, b.cpu / a.cpu) for a, b in zip(rows, taken[limit], strict=True)]
        for name, rows in taken.items()
    }
    spent = rounds * bench.count / 1e6
    return [
        Line(
            database,
            bench.channel.value,
            name,
            statistics.median(t.rate for t in rows),
            statistics.median(t.cpu for t in rows),
            statistics.median(r for r, _ in ratios[name]),
            statistics.median(c for _, c in ratios[name]),
            {k: v / spent for k, v in bench.stages[name].spent.items()} if name in bench.stages else {},
        )
        for name, rows in taken.items()
    ]


def profiled(bench: Bench, name: str) -> None:
    """The loop under the profiler; for whoever makes it faster."""
    bench.measure(name)
    seed(bench.house.store, ROOT, bench.count, bench.channel, bench.house.clock())
    time.sleep(0.002)
    with cProfile.Profile(time.thread_time) as profile:  # of this thread's CPU: the machine is shared
        bench.loops[name].run()
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=5_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--database", nargs="*", default=["sqlite", "postgresql"])
    options.add_argument("--channel", nargs="*", default=["sms", "push", "email"])
    options.add_argument("--format", choices=["table", "json"], default="table")
    options.add_argument("--profile", metavar="CASE", default="")
    chosen = options.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=sink, args=(theirs,), daemon=True)
    process.start()
    port = ours.recv()
    with sparing_collector():
        lines = [one for database in chosen.database for one in on(database, chosen, port)]
    process.terminate()
    show(lines, chosen)


def on(database: str, chosen: argparse.Namespace, port: int) -> list[Line]:
    """Every channel on one database."""
    lines: list[Line] = []
    address = postgres() if database == "postgresql" else "sqlite:///outreach.db"
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as folder:
        house = workspace(Path(folder), f"http://127.0.0.1:{port}", address)
        for word in chosen.channel:
            bench = Bench(house, Channel(word), chosen.messages, port)
            if chosen.profile:
                profiled(bench, chosen.profile)
            else:
                lines += measured(bench, database, chosen.rounds)
        house.close()
    return lines


def show(lines: list[Line], chosen: argparse.Namespace) -> None:
    if chosen.format == "json":
        print(json.dumps({"messages": chosen.messages, "lines": [asdict(one) for one in lines]}))
        return
    print(f"{chosen.messages} messages, {chosen.rounds} rounds, load {os.getloadavg()[0]:.1f}, medians")
    print(f"{'':32}{'msg/s':>9}{'CPU µs':>9}{'ratio':>8}{'by CPU':>8}  CPU µs by stage")
    for one in lines:
        name = f"{one.database} {one.channel}: {one.case}"
        stages = ", ".join(f"{k} {v:.0f}" for k, v in one.stages.items())
        print(f"{name:32}{one.rate:9,.0f}{one.cpu:9,.0f}{one.ratio:8.2f}{one.cpu_ratio:8.2f}  {stages}")


if __name__ == "__main__":
    main()
