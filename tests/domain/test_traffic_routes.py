"""Routes: by weight, by what is left, never across what is in doubt; caps count country and prefix."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.traffic.bucket import Allowance, Till, full
from outreach.domain.traffic.caps import Cap, CapPolicy, Metering
from outreach.domain.traffic.route import Counts, Go, Road, Stay, Stop, Wish, route
from tests.build import NOW

NONE = Counts(totals={}, most={})
LATER = NOW + timedelta(seconds=30)


def road(provider: str, weight: float = 0.5, **options: object) -> Road:
    """An open road without a limit; `burst` gives it one, at a part a second."""
    burst = options.pop("burst", None)
    tills = [Till(full(Allowance(rate=1, burst=int(str(burst))), NOW), NOW)] if burst else []
    usual = {"share": 0.5, "again_at": LATER, "waiting": [NOW] * 3, "tills": tills, "by_sender": {}}
    return Road(provider=provider, weight=weight, **{**usual, **options})  # type: ignore[arg-type]


def wish(draw: float = 0.0, *, parts: int = 1, rank: int = 2, bound: str = "") -> Wish:
    return Wish(parts, rank, draw, bound)


def test_each_provider_gets_its_weight_of_the_messages() -> None:
    roads = [road("one", 0.7), road("two", 0.3)]
    ways = [route(roads, NONE, wish(n / 1000)) for n in range(1000)]

    assert ways.count(Go("one")) == 700
    assert ways.count(Go("two")) == 300


quotas = st.one_of(st.none(), st.integers(0, 3))


@given(
    st.lists(st.tuples(st.floats(0.01, 1), quotas, st.integers(0, 5)), min_size=1, max_size=3),
    st.lists(
        st.tuples(
            st.floats(0, 0.999),
            st.integers(1, 4),
            st.integers(0, 2),
            st.sampled_from(["", "p0", "p1", "gone"]),
        )
    ),
)
def test_what_is_in_doubt_goes_by_its_own_provider_or_waits(
    built: list[tuple[float, int | None, int]], asks: list[tuple[float, int, int, str]]
) -> None:
    roads = [road(f"p{n}", w, quota=q, burst=b or None) for n, (w, q, b) in enumerate(built)]
    for draw, parts, rank, bound in asks:
        way = route(roads, NONE, wish(draw, parts=parts, rank=rank, bound=bound))
        if bound and isinstance(way, Go):
            assert way.provider == bound
        if isinstance(way, Stay):
            assert way.until is not None or way.reason is Stop.GONE
    assert all(r.quota is None or r.quota >= 0 for r in roads)


def test_what_one_has_no_room_for_goes_by_the_other_unless_that_one_lost_weight() -> None:
    steady, fallen = road("two", 0.5), road("two", 0.1)

    for other, way in ((steady, Go), (fallen, Stay)):
        full_up = road("one", burst=1)
        full_up.tills[0].take(1)
        assert isinstance(route([full_up, other], NONE, wish(0.0)), way)


def test_while_a_breaker_is_open_everything_goes_by_the_other_or_waits_for_it() -> None:
    assert route([road("one", quota=0), road("two")], NONE, wish(0.0)) == Go("two")

    roads = [road("one", quota=0), road("two", quota=0, again_at=LATER + timedelta(minutes=1))]
    way = route(roads, NONE, wish(0.0))
    assert way == Stay(Stop.DOWN, LATER)
    assert route(roads, NONE, wish(0.0, rank=0)).until > LATER  # type: ignore[union-attr]


def test_half_open_lets_so_many_probes_through_and_no_more() -> None:
    roads = [road("one", quota=2)]

    assert [type(route(roads, NONE, wish())) for _ in range(4)] == [Go, Go, Stay, Stay]


def test_a_full_cap_bars_and_takes_nothing_from_the_bucket() -> None:
    slot = ("cap/ES/hour", NOW)
    counts = Counts(totals={slot: 9}, most={slot: 10})
    one = road("one", burst=5)
    over = Wish(2, 2, 0.0, slots=[slot])

    assert route([one], counts, over) == Stay(Stop.OVER_CAP, None, slot)
    assert isinstance(route([one], counts, over._replace(parts=1)), Go)
    assert counts.totals == {slot: 10}
    assert one.tills[0].kept().tokens(NOW) == 4


def test_a_full_purse_bars_what_costs_and_nothing_else() -> None:
    slot = ("spend/USD/day", NOW)
    counts = Counts(totals={slot: 90}, most={slot: 100}, spend=slot)

    assert route([road("one")], counts, Wish(1, 2, 0.0, cost=11)) == Stay(Stop.OVER_SPEND, None, slot)
    assert route([road("one")], counts, Wish(1, 2, 0.0, cost=10)) == Go("one")
    assert route([road("one")], counts, Wish(1, 2, 0.0)) == Go("one")


def test_a_number_counts_towards_its_longest_prefix_its_country_and_its_block() -> None:
    caps = {"+34": Cap(per_day=9), "+34901": Cap(per_hour=2), "ES": Cap(per_hour=50), "*": Cap(per_hour=5)}
    metering = Metering(CapPolicy(caps=caps, block=Cap(per_hour=3), block_digits=6))

    def keys(number: str) -> list[str]:
        return [counter.key for counter in metering.meter(number).counters]

    assert keys("+34901234567") == ["block/+349012/hour", "cap/+34901/hour", "cap/ES/hour"]
    assert keys("+34600234567") == ["block/+346002/hour", "cap/+34/day", "cap/ES/hour"]
    assert keys("+351900000001") == ["block/+351900/hour", "cap/*/hour"]


def test_a_price_is_the_narrowest_that_fits_or_else_the_dearest() -> None:
    prices = {"+1876": 90, "US": 8, "JM": 50}
    metering = Metering(CapPolicy(prices=prices))

    assert [metering.meter(n).price for n in ("+18765550100", "+12125550100", "+34600000000")] == [90, 8, 90]
    assert Metering(CapPolicy(prices=prices | {"*": 40})).meter("+34600000000").price == 40


def test_each_sender_has_a_bucket_of_its_own_inside_its_providers() -> None:
    own = Till(full(Allowance(rate=1, burst=2), NOW), NOW)
    one = road("one", burst=20, by_sender={"+15550100": own})

    def go(sender: str) -> type:
        return type(route([one], NONE, Wish(2, 2, 0.0, sender=sender)))

    assert [go("+15550100"), go("+15550100"), go(""), go("MG1")] == [Go, Stay, Go, Go]
    assert one.tills[0].kept().tokens(NOW) == 14
