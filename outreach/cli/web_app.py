"""The whole web over a house: each page and door with what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.applications import Starlette

from outreach.web import (
    COMFORT,
    REPORT,
    Addresses,
    Api,
    Callbacks,
    Comfort,
    ReadReply,
    Replies,
    ReportDoors,
    ReportPage,
    Unsubscribe,
    create_app,
    document,
    read_sayings,
    read_sentences,
    read_words,
)
from outreach.web.api.outcome_doors import OutcomeDoors
from outreach.web.case_page import CASE, CaseSection
from outreach.web.net import Net
from outreach.web.net_words import HOLD
from outreach.web.words import Words
from outreach.wiring.api import CALLBACKS, answer_link, inbox, limits
from outreach.wiring.callbacks import INBOUND, INBOUND_SIGNATURE, callbacks, inbound
from outreach.wiring.case_views import case_views
from outreach.wiring.chance import new_id, randomness
from outreach.wiring.house import House
from outreach.wiring.looking_back import keeps_wishes
from outreach.wiring.net import at_end, questions
from outreach.wiring.outcomes import outcome_intake
from outreach.wiring.replies import sentences_folder
from outreach.wiring.reports import cleaner, refused_reports, report_link, reports, words_folder


def application(house: House) -> tuple[Starlette, Callable[[], None]]:
    """Every page and door over this house; what to call at its end."""
    settings = house.settings
    words = read_words(settings.at(settings.templates) / "shared")
    shared = Callbacks(
        doors=callbacks(settings),
        receive=house.feedback.receive,
        count=house.metrics.called,
        addresses=Addresses(public_url=settings.web.public_url, trusted=tuple(settings.web.trusted_proxies)),
        most_bytes=settings.web.callback_bytes,
    )
    app = create_app(
        house.feedback,
        house.clock,
        house.answer_keys,
        words,
        settings.default_locale,
        wish=keeps_wishes(house),
    )
    shared.mount(app, house.clock)
    if (reader := inbound(settings)) is not None:
        _replies(house, reader).mount(app, shared, house.clock)
    _unsubscribe(house, words).mount(app)
    _net(house).mount(app)
    _case(house).mount(app)
    _report_page(house, shared.addresses).mount(app)
    return app, _api(house, words).mount(app)


def _replies(house: House, reader: ReadReply) -> Replies:
    settings = house.settings
    return Replies(
        path=INBOUND,
        party="twilio",
        signature=INBOUND_SIGNATURE,
        read=reader,
        hear=house.replies.hear,
        sentences=read_sentences(sentences_folder(settings), settings.default_locale),
        firm=settings.firm,
        default_locale=settings.default_locale,
        comfort=_comfort(house),
    )


def _comfort(house: House) -> Comfort:
    settings = house.settings
    sayings = read_sayings(words_folder(settings, COMFORT.name), COMFORT, settings.default_locale)
    return Comfort(sayings=sayings, lines=settings.welfare.lines, firm=settings.firm)


def _net(house: House) -> Net:
    settings = house.settings
    return Net(
        asking=questions(house),
        sayings=read_sayings(words_folder(settings, HOLD.name), HOLD, settings.default_locale),
        at_end=at_end(settings),
        now=house.clock,
    )


def _case(house: House) -> CaseSection:
    settings = house.settings
    sayings = read_sayings(words_folder(settings, CASE.name), CASE, settings.default_locale)
    return CaseSection(look=case_views(house), sayings=sayings, now=house.clock)


def _report_page(house: House, addresses: Addresses) -> ReportPage:
    settings, stage, said = house.settings, reports(house), house.settings.reports
    return ReportPage(
        take=stage.take,
        hear=refused_reports(stage).hear,
        known=stage.known,
        clean=cleaner(settings),
        sayings=read_sayings(words_folder(settings, REPORT.name), REPORT, settings.default_locale),
        comfort=_comfort(house),
        keys=house.answer_keys,
        randomness=randomness,
        addresses=addresses,
        now=house.clock,
        firm=settings.firm,
        zone=settings.default_zone,
        is_anonymous=said.anonymous,
        most_pictures=said.pictures,
        picture_bytes=said.picture_bytes,
        body_bytes=said.body_bytes,
        an_hour_each_place=said.an_hour_each_place,
    )


def _unsubscribe(house: House, words: Mapping[str, Words]) -> Unsubscribe:
    return Unsubscribe(
        leave=house.leaving.leave,
        keys=house.answer_keys,
        words=words,
        default_locale=house.settings.default_locale,
        now=house.clock,
    )


def _api(house: House, words: Mapping[str, Words]) -> Api:
    return Api(
        inbox=inbox(house),
        feedback=house.feedback,
        words=words,
        default_locale=house.settings.default_locale,
        firm=house.settings.firm,
        link=answer_link(house),
        now=house.clock,
        new_id=new_id,
        document=document(CALLBACKS, house.settings.web.public_url),
        reports=_report_doors(house),
        outcomes=OutcomeDoors(told=outcome_intake(house).told),
        **limits(house),
    )


def _report_doors(house: House) -> ReportDoors:
    settings, stage, said = house.settings, reports(house), house.settings.reports
    return ReportDoors(
        take=stage.take,
        hear=refused_reports(stage).hear,
        person_of=stage.person_of,
        link=report_link(house),
        clean=cleaner(settings),
        sayings=read_sayings(words_folder(settings, REPORT.name), REPORT, settings.default_locale),
        comfort=_comfort(house),
        firm=settings.firm,
        most_pictures=said.pictures,
        picture_bytes=said.picture_bytes,
        body_bytes=said.body_bytes * 4 // 3 + 65_536,
    )
