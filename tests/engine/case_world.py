"""Recovery cases over a real store, with a firm that remembers what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from outreach.domain.case_clock import CaseClock
from outreach.domain.loss import Loss, Lost
from outreach.domain.recovery_case import Role
from outreach.engine.case_desk import CaseDesk, Partner, Who
from outreach.engine.case_work import CaseWork
from outreach.engine.cases import Opened, open_case
from outreach.store.case_whole import WholeCase, whole
from outreach.store.database import Store
from outreach.store.intake import people_of
from tests.engine.world import World

CLOCK = CaseClock()
BANK = Partner("bank", "Other Bank", "webhook", CLOCK)
DESK = Partner("desk", "A desk without an API", "by_hand", CLOCK)
CORE = Partner("core", "our own", "core", CLOCK)
ANA = Who(name="ana", role=Role.AGENT)
LENA = Who(name="lena", role=Role.LEAD)
A_LOSS = Lost(chain="evm", place="0xabc", amount=Decimal("1200.50"), currency="USDT")


@dataclass
class FakeFirm:
    """Another firm's API: keeps what it was told, and raises what it is set to."""

    told: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    raises: Exception | None = None

    def tell(self, kind: str, told: Mapping[str, object], id: str) -> None:
        if self.raises:
            raise self.raises
        self.told.append((id, told))


@dataclass
class Cases:
    """A world with a desk, and one firm."""

    world: World
    firm: FakeFirm = field(default_factory=FakeFirm)

    @property
    def store(self) -> Store:
        return self.world.store

    @property
    def desk(self) -> CaseDesk:
        return CaseDesk(store=self.store, clock=CLOCK)

    def person(self, user: str = "user-1") -> str:
        with self.store.begin() as tx:
            return people_of(tx, [user], self.world.clock())[0][user]

    def open(self, *lost: Lost, source: str = "report", user: str = "user-1") -> Opened:
        loss = Loss(
            person=self.person(user), pattern="pig_butchering", source=source, transfers=lost or (A_LOSS,)
        )
        with self.store.begin() as tx:
            return open_case(tx, loss, self.world.clock(), CLOCK)

    def work(self) -> CaseWork:
        return CaseWork(store=self.store, clock=self.world.clock, firms={"bank": self.firm}, times=CLOCK)

    def whole(self, case: str) -> WholeCase:
        with self.store.read() as tx:
            found = whole(tx, case)
        assert found is not None
        return found

    def stage(self, case: str) -> str:
        return self.whole(case).case.stage.value
