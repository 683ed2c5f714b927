"""The door for replies: believed by its signature, kept once, and saying no more than one confirmation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from outreach.domain.consent import Program
from outreach.domain.message import sms_size
from outreach.domain.replying import Confirmation, Inbound, Kind, Spoken
from outreach.domain.scale import Channel
from outreach.errors import RulesError
from outreach.store.consents import standing
from outreach.store.database import Store
from outreach.store.tables import acknowledgments, consents, messages, replies
from outreach.web import Addresses, Callbacks, Replies, create_app, read_sentences
from outreach.wiring.callbacks import INBOUND, INBOUND_SIGNATURE, inbound
from outreach.wiring.replies import replies as stage
from outreach.wiring.replies import sentences_folder
from tests.build import a_flag
from tests.doors.callback_world import PUBLIC, Ledger, Provider, callback_settings
from tests.doors.web_world import KEYS, WORDS, MemoryFeedback
from tests.engine.test_replies import BY_SMS
from tests.engine.world import World
from tests.signing import ACCOUNT, SECOND, SECOND_TOKEN, SIGNED_AT, Fields, twilio_request

SHARED = Path(__file__).parents[2] / "templates/shared"
SENTENCES = read_sentences(SHARED, "en")
PHONE, SID = "+15550100001", "SM" + "cd" * 16
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@dataclass
class Ear:
    """Hears replies as the engine does, in memory."""

    heard: list[Inbound] = field(default_factory=list)
    says: Spoken | None = None
    is_broken: bool = False

    def hear(self, said: Inbound, now: datetime) -> Spoken | None:
        if self.is_broken:
            raise RuntimeError("the store is away")
        self.heard.append(said)
        return self.says


def inbound_app(hear: object, ledger: Ledger | None = None, **changes: object) -> Starlette:
    ledger, told = ledger or Ledger(), callback_settings(**changes)
    shared = Callbacks(
        doors={},
        receive=ledger.receive,
        count=ledger.count,
        addresses=Addresses(public_url=told.web.public_url),
    )
    app = shared.mount(create_app(MemoryFeedback(), lambda: SIGNED_AT, KEYS, WORDS), lambda: SIGNED_AT)
    if (reader := inbound(told)) is not None:
        door = Replies(
            path=INBOUND,
            party="twilio",
            signature=INBOUND_SIGNATURE,
            read=reader,
            hear=hear,  # type: ignore[arg-type]
            sentences=SENTENCES,
            firm="R&D <Bank>",
        )
        door.mount(app, shared, lambda: SIGNED_AT)
    return app


def texted(body: str, sid: str = SID, account: str = ACCOUNT, **more: str) -> Fields:
    """The fields of an inbound SMS."""
    fields = {"MessageSid": sid, "AccountSid": account, "From": PHONE, "To": "+15550199000", "Body": body}
    return [*{**fields, "NumMedia": "0", "FromCountry": "US", **more}.items()]


def post(app: Starlette, fields: Fields, **more: str) -> httpx.Response:
    body, headers = twilio_request(f"{PUBLIC}{INBOUND}", fields, **more)
    return Provider(app).post(INBOUND, body, headers)


def said(answer: httpx.Response) -> list[str]:
    """The texts that the provider is told to send."""
    return [each.text or "" for each in ElementTree.fromstring(answer.text).iter("Message")]


def test_a_signed_text_is_heard_and_answered_with_twiml_that_says_nothing() -> None:
    ear = Ear()
    answer = post(inbound_app(ear.hear), texted("1"))

    assert (answer.status_code, answer.text) == (200, EMPTY)
    assert answer.headers["content-type"].startswith("text/xml")
    assert ear.heard == [Inbound(provider="twilio", ref=SID, sender=PHONE, text="1")]


@pytest.mark.parametrize("confirmation", list(Confirmation))
@pytest.mark.parametrize("locale", [*SENTENCES, "en-GB", "xx"])
def test_a_confirmation_is_one_message_in_the_persons_language(
    confirmation: Confirmation, locale: str
) -> None:
    ear = Ear(says=Spoken(confirmation=confirmation, locale=locale))
    (text,) = said(post(inbound_app(ear.hear), texted("STOP")))

    known = SENTENCES.get(locale, SENTENCES["en"])
    assert text == known[confirmation].replace("$firm", "R&D <Bank>")


@pytest.mark.parametrize("locale", SENTENCES)
def test_no_confirmation_names_a_link_or_a_number_or_is_long(locale: str) -> None:
    for key in Confirmation:
        text = SENTENCES[locale][key].replace("$firm", "A firm of many characters")
        assert not re.search(r"\d\d|https?|www|://|@", text), text  # "1 to 5" is what may be answered
        assert sms_size(text).parts <= 3, text


def test_the_confirmations_speak_every_language_of_the_templates() -> None:
    assert set(SENTENCES) == {path.stem for path in SHARED.glob("*.j2")} - {"layout.html"}


def test_words_that_are_missing_or_say_too_much_are_told_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "reply.en.toml").write_text('stopped = "$firm $link"\nstarted = ""', "utf-8")
    (tmp_path / "reply.es.toml").write_text("no toml", "utf-8")

    with pytest.raises(RulesError) as refused:
        read_sentences(tmp_path, "ar")
    assert [each.code for each in refused.value.problems] == ["W013"] * 4 + ["W012", "W011"]


def test_unsigned_and_forged_texts_change_nothing() -> None:
    ear, ledger = Ear(), Ledger()
    app = inbound_app(ear.hear, ledger)
    body, headers = twilio_request(f"{PUBLIC}{INBOUND}", texted("STOP"), "another token")
    answers = [
        Provider(app).post(INBOUND, body),
        Provider(app).post(INBOUND, body, headers),
        post(app, texted("STOP", account="AC" + "9" * 32)),
    ]

    assert [each.status_code for each in answers] == [403, 403, 403]
    assert (ear.heard, ledger.counts) == ([], {("twilio", "unsigned"): 1, ("twilio", "forged"): 2})


def test_a_signature_for_another_text_fits_no_other() -> None:
    ear = Ear()
    _, headers = twilio_request(f"{PUBLIC}{INBOUND}", texted("1"))
    body, _ = twilio_request(f"{PUBLIC}{INBOUND}", texted("4"))

    assert Provider(inbound_app(ear.hear)).post(INBOUND, body, headers).status_code == 403
    assert ear.heard == []


@pytest.mark.parametrize(
    "more",
    [{"MessageSid": "nonsense"}, {"MessageSid": ""}, {"From": ""}, {"From": "Acme"}, {"From": "a@b.example"}],
)
def test_what_is_signed_and_no_text_is_unreadable(more: Mapping[str, str]) -> None:
    ear = Ear()
    fields = [*{**dict(texted("1")), **more}.items()]

    assert (post(inbound_app(ear.hear), fields).status_code, ear.heard) == (400, [])


def test_the_second_account_is_believed_by_its_own_token() -> None:
    ear = Ear()
    fields = texted("HELP", account=SECOND)

    assert post(inbound_app(ear.hear), fields, token=SECOND_TOKEN).status_code == 200
    assert post(inbound_app(ear.hear), fields).status_code == 403
    assert [each.provider for each in ear.heard] == ["twilio2"]


@pytest.mark.parametrize(("word", "kind"), [("STOP", Kind.OPT_OUT), ("START", Kind.OPT_IN), ("", None)])
def test_what_the_provider_knew_as_a_keyword_is_taken_from_it(word: str, kind: Kind | None) -> None:
    ear = Ear()
    post(inbound_app(ear.hear), texted("arrêt", OptOutType=word))

    assert [each.word for each in ear.heard] == [kind]


def test_what_could_not_be_kept_is_said_so() -> None:
    ledger = Ledger()
    answer = post(inbound_app(Ear(is_broken=True).hear, ledger), texted("1"))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert ledger.counts == {("twilio", "not_kept"): 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"replies": {"two_way": False}},
        {"twilio": {"account_sid": ACCOUNT}, "twilio2": {}},
    ],
)
def test_there_is_no_door_where_nobody_can_write_or_nobody_signs(changes: dict[str, object]) -> None:
    assert post(inbound_app(Ear().hear, **changes), texted("1")).status_code == 404


def test_a_body_that_is_too_long_and_a_get_are_turned_away() -> None:
    app, (body, headers) = inbound_app(Ear().hear), twilio_request(f"{PUBLIC}{INBOUND}", texted("x" * 70_000))

    assert Provider(app).post(INBOUND, body, headers).status_code == 413
    assert Provider(app).post(INBOUND, b"", {}, method="GET").status_code == 405


@settings(max_examples=60)
@given(text=st.text(max_size=80), sender=st.text(max_size=20), sid=st.sampled_from([SID, "", "SM1"]))
def test_whatever_is_signed_is_never_a_server_error(text: str, sender: str, sid: str) -> None:
    fields = texted(text.encode("utf-8", "replace").decode(), sid=sid)
    sent = [(n, sender.encode("utf-8", "replace").decode() if n == "From" else v) for n, v in fields]

    assert post(inbound_app(Ear().hear), sent).status_code in {200, 400}


@settings(max_examples=60)
@given(
    headers=st.dictionaries(
        st.sampled_from([INBOUND_SIGNATURE, "content-type", "host"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
    ),
    body=st.binary(max_size=100) | st.just(f"AccountSid={ACCOUNT}&From={PHONE}&Body=STOP".encode()),
)
def test_no_stranger_gets_a_word_in(headers: dict[str, str], body: bytes) -> None:
    ear = Ear()

    assert Provider(inbound_app(ear.hear)).post(INBOUND, body, headers).status_code == 403
    assert ear.heard == []


def test_from_the_door_to_the_ledger_a_stop_counts_once_and_says_one_thing(store: Store) -> None:
    world = World(store, book=BY_SMS)
    world.flag(a_flag(locale="es"))
    world.dispatch().run()
    world.clock.tick(minutes=1)
    told = callback_settings(replies={"opt_out_scope": "program"})
    engine = stage(told, store, world.feedback().answer)
    app = inbound_app(lambda said, now: engine.hear(said, world.clock()))

    answers = [
        post(app, texted("STOP!")),
        post(app, texted("STOP!")),
        post(app, texted("stop", sid="SM" + "ef" * 16)),
        post(app, texted("3", sid="SM" + "01" * 16)),
        post(app, texted("STOP", sid="SM" + "02" * 16, From="+15550177777")),
    ]

    assert [each.status_code for each in answers] == [200] * 5
    stopped = SENTENCES["es"]["stopped"].replace("$firm", "R&D <Bank>")
    assert [said(each) for each in answers] == [[stopped], [], [], [], []]
    assert [row.answer for row in world.rows(acknowledgments)] == ["help_me"]
    assert (len(world.rows(replies)), len(world.rows(consents))) == (4, 1)
    (message,) = world.rows(messages)
    with store.read() as tx:
        stands = standing(tx, [message.person])[message.person]
    assert stands.security[Channel.SMS] is False
    assert Channel.SMS not in stands.said(Program.EDUCATION)


def test_the_shipped_words_are_found_where_a_workspace_has_none(tmp_path: Path) -> None:
    assert sentences_folder(callback_settings(workspace=tmp_path)) == SHARED
