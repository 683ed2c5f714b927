"""The gallery: what a card says in each situation, what is marked, and a page that trusts nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest

from outreach.adapters.gallery import Card, Gallery, Situation, compose, page
from outreach.adapters.gallery.marks import width
from outreach.domain.message import Content, Rendered
from outreach.domain.scale import Channel
from outreach.errors import RenderError

SITUATIONS = tuple(
    Situation(values="usual", transfer=transfer, has_code=True) for transfer in ("pending", "held", "sent")
)


class Speaker:
    """Says what it is given, with the transfer's state where that is held; counts what it was asked."""

    def __init__(self, text: str, title: str = "", html: str = "") -> None:
        self.words, self.title, self.html, self.asked = text, title, html, 0

    def render(self, template: str, channel: Channel, locale: str, context: Mapping[str, object]) -> Rendered:
        self.asked += 1
        if "{transfer}" in self.words and context.get("transfer") is None:
            raise RenderError("template p/leaving.en.j2, block sms: unknown here: transfer")
        text = self.words
        if "{transfer}" in text:
            text = text.replace("{transfer}", str(context.get("transfer")))
        content = Content(text=text, title=self.title, html=self.html)
        return Rendered(content=content, locale=locale, template=template, template_sha256="")


def a_card(speaker: Speaker, channel: Channel = Channel.SMS, **context: object) -> Card:
    contexts = [{"transfer": one.transfer, "firm": "Acme", **context} for one in SITUATIONS]
    return compose(speaker, "p/leaving", channel, "en", contexts)


def a_gallery(*cards: Card, **more: object) -> Gallery:
    return Gallery(firm="Acme", situations=SITUATIONS, cards=cards, **more)  # type: ignore[arg-type]


def words(card: Card) -> list[str]:
    return [mark.words for take in card.takes for mark in take.marks] + [mark.words for mark in card.marks]


def test_what_no_situation_changes_is_said_once() -> None:
    speaker = Speaker("Check it.")

    card = a_card(speaker)

    assert (len(card.takes), card.cases, speaker.asked) == (1, (0, 0, 0), 1)


def test_a_card_says_in_each_situation_what_the_renderer_says_there() -> None:
    card = a_card(Speaker("It is {transfer}."))

    gallery = a_gallery(card)
    assert [gallery.take(card, one).content.text for one in SITUATIONS] == [
        "It is pending.",
        "It is held.",
        "It is sent.",
    ]


def test_a_message_that_cannot_be_said_is_marked_and_tells_why() -> None:
    card = a_card(Speaker("It is {transfer}."), transfer=None)

    assert "block sms: unknown here: transfer" in card.takes[0].refusal
    assert words(card) == ["cannot be said in any situation: then nothing is sent"]


def test_an_sms_of_too_many_parts_is_marked() -> None:
    assert words(a_card(Speaker("x" * 306))) == []
    assert words(a_card(Speaker("x" * 307))) == ["3 parts, 2 are the most in GSM-7"]
    assert words(a_card(Speaker("я" * 202))) == ["4 parts, 3 are the most in UCS-2"]


def test_an_sms_that_one_situation_pushes_over_a_part_boundary_is_marked() -> None:
    card = compose(
        Speaker("x" * 150 + "{transfer}"),
        "p/leaving",
        Channel.SMS,
        "en",
        [{"transfer": t} for t in ("held", "x" * 20)],
    )
    assert words(card) == ["over a part boundary: 1 as usual, up to 2 parts at its longest"]


@pytest.mark.parametrize(("text", "room"), [("abc", 3), ("转账", 4), ("é", 1), ("हिन्दी", 5), ("ไทยก็", 4)])
def test_letters_take_the_room_that_they_take_on_a_screen(text: str, room: int) -> None:
    assert width(text) == room


def test_a_push_beyond_a_lock_screen_is_marked() -> None:
    card = a_card(Speaker("y" * 121, title="x" * 41), Channel.PUSH)

    assert words(card) == [
        "push title: 41 letters wide, 40 show on every lock screen",
        "push body: 121 letters wide, 120 show on every lock screen",
    ]


def told(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="told">(.*?)</script>', html, re.DOTALL)
    assert found
    read: dict[str, object] = json.loads(found[1])
    return read


def test_a_page_has_nothing_from_elsewhere_and_one_script_of_its_own() -> None:
    html = page(a_gallery(a_card(Speaker("Check it."))))

    assert "default-src 'none'; script-src 'sha256-" in html
    assert not re.search(r"(src|href)=|https?://|url\(|@import", html)
    assert html.count("<script") == 2


def test_what_a_template_says_can_not_end_the_element_it_is_kept_in() -> None:
    evil = "</script><script>alert(1)</script><!--"

    html = page(a_gallery(a_card(Speaker(evil))))

    assert html.count("<script") == 2
    assert told(html)["pool"] == [evil]


def test_texts_come_out_of_the_pool_as_they_went_in() -> None:
    text, html = "One\n\nTwo\n\nTwo", "<html><h1>T</h1><p>a</p>\n<p>b</p></html>"
    read = told(page(a_gallery(a_card(Speaker(text, "T", html), Channel.EMAIL))))

    pool, take = read["pool"], read["rows"][0]["cards"]["email"]["takes"][0]  # type: ignore[index]
    assert "".join(pool[n] for n in take["text"]) == text  # type: ignore[index]
    assert "".join(pool[n] for n in take["html"]) == html  # type: ignore[index]
