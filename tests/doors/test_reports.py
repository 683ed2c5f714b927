"""Anybody reports a scam: kept once, read by a person, followed where money left, and safe with strangers."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Event

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from outreach.adapters.pictures import Cleaner, Shelf
from outreach.domain.amounts import read_amount
from outreach.domain.token import Purpose
from outreach.engine.reports import Limits
from outreach.store.database import Store
from outreach.store.forgetting import Wanted, forget
from outreach.store.history import story
from outreach.store.reports import close, details_of
from outreach.store.retention import CLASSES, take_batch
from outreach.store.tables import cases, episodes, people, report_files, reports, suggestions, tasks, welfare
from outreach.web.page import HEADERS as PAGE_HEADERS
from outreach.web.report_door import EACH_AT_ONCE
from outreach.web.report_form import read_beginning, read_form
from outreach.web.report_guard import Forms, Places, place_of
from tests.build import NOW
from tests.conftest import sqlite_store
from tests.doors.report_world import CARE, EVM, FILLED, ReportWorld, picture, rows
from tests.doors.web_world import KEYS, MESSAGE

LOSS = {"money_left": "yes", "moment": "day", "where": EVM, "amount": "1,200.50", "currency": "usd"}


@pytest.fixture
def world(store: Store) -> ReportWorld:
    return ReportWorld(store)


@pytest.fixture
def alone(tmp_path: Path) -> ReportWorld:
    """Where the database does not matter."""
    return ReportWorld(sqlite_store(tmp_path))


def reference(page: str) -> str:
    found = re.search(r"reference is <bdi>(\w{6})</bdi>", page)
    assert found is not None, page[-800:]
    return found[1]


def test_a_stranger_reports_and_reads_reference_and_what_follows(world: ReportWorld) -> None:
    told = world.send(words="They said it was safe")

    (kept,) = rows(world, reports)
    assert told.status_code == 200
    assert reference(told.text) == kept.reference
    assert "is to read it by" in told.text
    assert "the next scam" in told.text
    assert {task.kind for task in rows(world, tasks)} == {"report"}
    assert rows(world, cases) == []


def test_money_that_left_opens_a_case_and_its_address_waits_for_review(world: ReportWorld) -> None:
    told = world.send(**LOSS)

    (kept,), (case,), (said,) = rows(world, reports), rows(world, cases), rows(world, suggestions)
    assert (kept.recovery_case, kept.amount, kept.currency, kept.chain) == (
        case.id,
        Decimal("1200.5"),
        "USD",
        "evm",
    )
    assert kept.due_at - kept.at == timedelta(minutes=15)
    assert (said.report, said.state, said.address) == (kept.id, "waiting", EVM.lower())
    assert "nobody can promise it" in told.text


def test_a_form_sent_twice_is_one_report_with_one_reference(world: ReportWorld) -> None:
    form = world.form()
    first = world.send(form=form, pictures=[picture()], **LOSS)
    again = world.send(form=form, pictures=[picture()], **LOSS)

    assert reference(first.text) == reference(again.text)
    assert "had this report already" in again.text
    assert [len(rows(world, t)) for t in (reports, cases, report_files)] == [1, 1, 1]
    assert len(world.shelf.files) == 1


def test_whoever_has_their_link_reports_as_themselves_and_joins_their_open_episode(
    world: ReportWorld,
) -> None:
    person = world.person()
    with world.store.begin() as tx:
        row = {
            "id": "e" * 32,
            "person": person,
            "pattern": "job_task",
            "severity_rank": 1,
            "money_moved": False,
        }
        moments = {"opened_at": NOW, "last_flag_at": NOW, "closed_at": None, "transfer_ref": None}
        tx.insert(episodes, [{**row, **moments, "beneficiary": tx.vault.fingerprint(EVM)}])

    world.send(world.path(person), **LOSS)

    (kept,) = rows(world, reports)
    assert (kept.person, kept.via) == (person, "link")
    assert [case.episode for case in rows(world, cases)] == ["e" * 32]
    assert [row.id for row in rows(world, people)] == [person]


def test_without_leave_of_the_firm_a_stranger_is_sent_to_the_app_and_nothing_is_kept(store: Store) -> None:
    world = ReportWorld(store, page={"is_anonymous": False})

    shown, sent = world.browser.get("/report"), world.browser.post("/report", data={"happened": "job"})

    assert (shown.status_code, sent.status_code) == (403, 403)
    assert "taken in the app" in shown.text
    assert rows(world, reports) == []


def test_a_link_of_another_purpose_a_forged_one_and_an_old_one_lead_nowhere(alone: ReportWorld) -> None:
    person = alone.person()
    other = alone.path(person, purpose=Purpose.ANSWER, message=MESSAGE)
    late = alone.path(person, expires_at=NOW - timedelta(hours=1))
    gone = alone.path("ab" * 16)

    statuses = [alone.browser.get(path).status_code for path in (other, f"{other[:-1]}A", late, gone)]
    assert statuses == [404, 404, 410, 404]


def test_what_was_typed_is_kept_and_each_fault_stands_beside_its_field(alone: ReportWorld) -> None:
    told = alone.send(
        happened="", amount="many", currency="", words="<b>my words</b>", reach="email", reach_at="x"
    )

    assert told.status_code == 422
    assert "&lt;b&gt;my words&lt;/b&gt;" in told.text
    for name in ("happened", "amount", "currency", "reach_at"):
        assert f'id="{name}-fault"' in told.text, name
        assert re.search(rf'id="{name}"[^>]*aria-invalid="true"', told.text), name
    assert rows(alone, reports) == []


def test_what_fills_the_field_that_nobody_sees_is_told_and_keeps_nothing(alone: ReportWorld) -> None:
    told = alone.send(fax="buy now")

    assert (told.status_code, rows(alone, reports)) == (422, [])
    assert "This field is for machines" in told.text


def test_a_form_that_we_did_not_sign_or_that_is_old_must_be_sent_once_more(alone: ReportWorld) -> None:
    old = alone.form()
    alone.clock.tick(hours=25)

    for form in ("", "x" * 55, old, alone.form(alone.path(alone.person()))):
        told = alone.send(form=form or "none")
        assert (told.status_code, "send it once more" in told.text) == (422, True)
    assert rows(alone, reports) == []


def test_a_post_from_another_site_is_shown_the_form(alone: ReportWorld) -> None:
    sent = alone.browser.post(
        "/report", data={"form": alone.form()}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert (sent.status_code, rows(alone, reports)) == (403, [])


def test_get_changes_nothing_however_often(alone: ReportWorld) -> None:
    for path in ("/report", alone.path(alone.person())):
        assert alone.browser.get(path).status_code == 200

    assert [rows(alone, table) for table in (reports, tasks, cases)] == [[], [], []]


def test_every_answer_has_the_safe_headers_and_none_may_be_kept(alone: ReportWorld) -> None:
    for told in (
        alone.browser.get("/report"),
        alone.send(),
        alone.send(happened=""),
        alone.browser.get("/report/x"),
    ):
        for name in PAGE_HEADERS:
            assert name in told.headers
        assert told.headers["cache-control"] == "no-store"
        assert "script" not in told.headers["content-security-policy"]
        assert "<script" not in told.text


def test_a_picture_keeps_its_pixels_and_nothing_that_a_camera_wrote(alone: ReportWorld) -> None:
    raw = picture("JPEG", exif="CANARY 40.4168 -3.7038")

    alone.send(pictures=[raw])

    (row,) = rows(alone, report_files)
    ((_, content),) = alone.stage().pictures.of(row.report)
    assert b"CANARY" in raw
    assert b"CANARY" not in content
    assert Image.open(BytesIO(content)).size == (40, 30)
    assert (row.sha256, row.original_sha256) == (sha256(content).hexdigest(), sha256(raw).hexdigest())


@pytest.mark.parametrize(
    "raw",
    [
        b"GIF89a" + b"\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>1</script>",
        b"%PDF-1.7",
        picture()[:60],
        picture("PNG", (2_000, 2_000)),
        b"RIFF\x10\0\0\0WAVEfmt ",
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 200,
    ],
)
def test_what_is_no_picture_of_ours_or_too_many_pixels_is_refused_beside_the_field(
    alone: ReportWorld, raw: bytes
) -> None:
    told = alone.send(pictures=[picture(), raw])

    assert (told.status_code, 'id="pictures-fault"' in told.text) == (422, True)
    assert (rows(alone, reports), alone.shelf.files) == ([], {})


def test_too_many_and_too_large_are_told(tmp_path: Path) -> None:
    world = ReportWorld(
        sqlite_store(tmp_path), page={"most_pictures": 2, "picture_bytes": 500, "body_bytes": 9_000}
    )

    assert "too many pictures" in world.send(pictures=[picture()] * 3).text
    assert "too large" in world.send(pictures=[picture("PNG", (900, 900))]).text
    whole = world.send(where=EVM, pictures=[b"x" * 9_500])
    assert (whole.status_code, "too large" in whole.text, EVM in whole.text) == (413, True, True)


def test_a_form_that_is_none_is_answered_by_a_page_that_says_so(alone: ReportWorld) -> None:
    told = alone.browser.post("/report", content=b"[]", headers={"Content-Type": "application/json"})

    assert (told.status_code, "<form" in told.text) == (400, False)


def test_a_shelf_that_is_full_keeps_nothing_and_says_so(world: ReportWorld) -> None:
    world.shelf.is_full = True

    told = world.send(pictures=[picture()])

    assert (told.status_code, rows(world, reports)) == (503, [])
    assert "was not kept" in told.text


def test_pictures_that_are_read_leave_room_for_the_answer_page(tmp_path: Path) -> None:
    reading, go_on = list[bytes](), Event()

    def slow(raw: bytes) -> None:
        reading.append(raw)
        go_on.wait(60)

    world = ReportWorld(sqlite_store(tmp_path), page={"clean": slow})
    form = world.form()

    async def one_after_the_other() -> list[int]:
        transport = httpx.ASGITransport(world.browser.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
            sent: list[asyncio.Task[httpx.Response]] = []
            for n in range(EACH_AT_ONCE + 3):
                files = {"pictures": ("1.png", picture())}
                post = http.post("/report", data={"form": form, **FILLED}, files=files)
                sent.append(asyncio.create_task(post))
                while len(reading) <= n and not sent[-1].done():
                    await asyncio.sleep(0.01)
            go_on.set()
            return [each.status_code for each in await asyncio.gather(*sent)]

    assert asyncio.run(one_after_the_other()) == [422] * EACH_AT_ONCE + [503] * 3


def test_so_many_from_one_place_have_to_wait_and_what_they_wrote_is_kept(tmp_path: Path) -> None:
    world = ReportWorld(sqlite_store(tmp_path), page={"an_hour_each_place": 2})
    statuses = [world.send(words="my words").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert "my words" in world.send(words="my words").text
    world.clock.tick(minutes=61)
    assert world.send().status_code == 200


def test_so_many_without_an_account_have_to_wait_and_somebody_we_know_need_not(store: Store) -> None:
    world = ReportWorld(store, limits=Limits(an_hour_anonymous=1, a_day_each=2))
    path = world.path(world.person())

    assert [world.send().status_code for _ in range(2)] == [200, 429]
    assert [world.send(path).status_code for _ in range(3)] == [200, 200, 429]


def test_words_of_self_harm_come_first_on_the_page_and_reach_a_person(world: ReportWorld) -> None:
    told = world.send(words="I want to kill myself", reach="phone", reach_at="+34 600 123 456")

    assert told.text.index("You matter more than any money") < told.text.index("reference is")
    assert "Example Line, day and night" in told.text
    assert {task.kind for task in rows(world, tasks)} == {"report", "welfare"}
    assert [row.source for row in rows(world, welfare)] == ["report"]


def test_whom_nobody_can_reach_is_not_told_that_somebody_will(world: ReportWorld) -> None:
    told = world.send(words="I want to kill myself")

    assert "we do not know how to reach you" in told.text
    assert "will get in touch with you" not in told.text


def test_the_history_has_it_and_forgetting_leaves_nothing_of_it_readable(world: ReportWorld) -> None:
    person = world.person()
    world.send(
        world.path(person), pictures=[picture()], words="CANARY", reach="email", reach_at="ana@example.com"
    )
    with world.store.read() as tx:
        (told,) = story(tx, person).reports
        assert (told.words, told.reach, len(told.pictures)) == ("CANARY", "email a•••@e•••.com", 1)

    with world.store.begin() as tx:
        forget(tx, Wanted(person=person, plain=()), "dpo", "asked", NOW)

    with world.store.read() as tx:
        (told,) = story(tx, person).reports
    assert (told.words, told.where, told.reach) == ("", "", "")
    assert world.stage().pictures.of(rows(world, reports)[0].id) == []
    assert world.stage().pictures.sweep(world.clock()) == 1
    assert world.shelf.files == {}


def test_what_is_over_its_time_goes_with_its_pictures_and_an_open_report_stays(world: ReportWorld) -> None:
    for closes in (False, True):
        world.send(world.path(world.person(f"user-{closes}")), pictures=[picture()], words="CANARY")
    with world.store.begin() as tx:
        row = max(rows(world, reports), key=lambda each: each.id)
        assert close(tx, row, "handled", "", "eva", world.clock())

    for one in CLASSES["reports"]:
        take_batch(world.store, one, world.clock() + timedelta(days=1), (), "")

    assert sorted(len(world.stage().pictures.of(row.id)) for row in rows(world, reports)) == [0, 1]
    assert world.stage().pictures.sweep(world.clock()) == 1
    with world.store.read() as tx:
        said = [details_of(tx, row).get("words") for row in rows(world, reports)]
    assert sorted(map(str, said)) == ["CANARY", "None"]


def test_a_file_that_a_dead_process_left_is_swept_after_an_hour_and_a_kept_one_never(
    world: ReportWorld,
) -> None:
    world.send(pictures=[picture()])
    world.shelf.put("ab" * 16, b"left behind", b"")
    pictures = world.stage().pictures

    assert pictures.sweep(world.clock()) == 0
    world.clock.tick(minutes=61)
    assert pictures.sweep(world.clock()) == 1
    assert len(world.shelf.files) == 1


def test_the_page_speaks_the_language_that_was_chosen_and_falls_back(alone: ReportWorld) -> None:
    told = alone.browser.get("/report?lang=xx", headers={"Accept-Language": "tlh, en;q=0.5"})

    assert 'lang="en"' in told.text
    assert told.headers["vary"] == "Accept-Language"


def test_the_files_on_disk_are_sealed_and_only_ours_to_read(tmp_path: Path) -> None:
    shelf, key = Shelf(folder=tmp_path / "reports"), b"k" * 32
    shelf.put("0a" * 16, b"what it shows", key)
    kept = tmp_path / "reports" / ("0a" * 16)

    assert shelf.get("0a" * 16, key) == b"what it shows"
    assert b"shows" not in kept.read_bytes()
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@given(st.binary(max_size=400), st.sampled_from(["", "boundary=x", "boundary=" + "y" * 300, "x"]))
def test_no_body_whatever_breaks_the_reading_of_a_form(body: bytes, option: str) -> None:
    posted = read_form(f"multipart/form-data; {option}", b"--x\r\n" + body)

    assert posted is None or isinstance(posted.fields, dict)


TYPED = {"happened": "my_account", "words": "ça va, ça va", "where": "there"}
FORM = "".join(
    f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{said}\r\n' for name, said in TYPED.items()
).encode()


@given(st.integers(0, len(FORM)), st.binary(max_size=20))
def test_of_a_form_that_breaks_off_anywhere_what_was_typed_is_read(end: int, rest: bytes) -> None:
    begun = read_beginning("multipart/form-data; boundary=x", FORM[:end])

    assert all(TYPED[name].startswith(said.rstrip("\r\n-x\ufffd")) for name, said in begun.fields.items())
    assert len(begun.fields) >= FORM[:end].count(b"\r\n\r\n") - 1
    for kind in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"):
        assert isinstance(read_beginning(kind, FORM[:end] + rest).fields, dict)


@given(
    st.binary(max_size=300), st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8 "])
)
def test_no_bytes_whatever_break_the_reading_of_a_picture(body: bytes, start: bytes) -> None:
    made = Cleaner(most_pixels=10_000).clean(start + body)

    assert made is None or made.kind in {"png", "jpeg", "webp"}


@settings(suppress_health_check=[HealthCheck.differing_executors])
@given(st.decimals(min_value="0.01", max_value="999999", places=2))
def test_an_amount_is_read_as_it_is_written_in_either_way(amount: object) -> None:
    english, german = f"{amount:,.2f}", f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))

    assert read_amount(english, "USD") == read_amount(german, "EUR") == amount


def test_a_signed_form_is_of_its_link_and_of_no_other() -> None:
    forms = Forms(keys=KEYS, randomness=lambda n: b"r" * n)
    made = forms.fresh("mine", NOW)

    assert forms.read(made, "mine", NOW) is not None
    assert forms.read(made, "yours", NOW) is forms.read(made, "mine", NOW + timedelta(hours=25)) is None


def test_a_place_is_a_network_and_is_forgotten_after_an_hour() -> None:
    places = Places(an_hour=1)

    assert place_of("203.0.113.7") == place_of("203.0.113.9") != place_of("203.0.114.9")
    assert place_of("2001:db8::1") == place_of("2001:db8:0:ff::2")
    assert places.may_come("a", NOW)
    assert not places.may_come("a", NOW + timedelta(minutes=59))
    assert places.may_come("a", NOW + timedelta(minutes=61))


def test_the_words_of_care_name_whom_the_firm_named_and_nobody_else() -> None:
    named, unnamed = replace(CARE, lines={"GB": "Example Line"}), replace(CARE, lines={})

    assert named.sms("en", "GB").endswith("Somebody to talk to: Example Line")
    assert "Somebody to talk to" not in named.sms("en", "FR") + unnamed.sms("en", "GB")
    assert len(unnamed.paragraphs("xx", None, is_reachable=True)) == 3
