"""What each figure of a year counts, in the words that stand beside it when it is published."""

from __future__ import annotations

from collections.abc import Mapping

LEVELS = ("P0", "P1", "P2", "P3", "P4", "R")

FEW = "not shown: under 5 people"
WITH_FEW = "not shown: beside a part with under 5 people"

MONEY = (
    "Each currency stands for itself: nothing is converted, and nothing is added up across currencies. "
    "Sums count in the year in which they were recorded, so a correction recorded later is taken off then. "
    "Money that came back is no measure of what our work caused."
)

ADDRESSES = "An address that several sources carry is one address; what is on the allow-list is in no figure."

WHY_UNMEASURED = (
    "We do not know what became of this year's warned transfers: nothing of it was told to us and reckoned. "
    "No number is better than a guess."
)

NEVER_ADDED = (
    "Each level says something else about the same money: never add them up. They are of episodes that were "
    "opened in the time counted and for which a warning was begun, whether or not it was handed over, and "
    "only of those that have matured: their window, and thirty days for late facts, are over. Facts that "
    "come later restate them, so a figure may differ from one that was published; the ledger keeps every "
    "earlier word with the reason. None of P0 to P3 says what a warning caused."
)

MEANS: Mapping[str, tuple[str, str]] = {
    "warned": (
        "people warned",
        "People to whom at least one warning was handed over: a message that a provider took or that was "
        "put into their inbox, a questionnaire that they began, or a call that reached them. "
        "Handed over does not mean read. Five warnings to one person count once.",
    ),
    "warned.automatic": (
        "automatic only",
        "Of them, those with messages only: they began no questionnaire, and no call reached them.",
    ),
    "warned.questionnaire": (
        "questionnaire",
        "Of them, those who began a questionnaire about their transfer, and whom no call reached.",
    ),
    "warned.call": (
        "call",
        "Of them, those whom a person of ours reached by phone about a warning, whatever else they got.",
    ),
    "after_loss": (
        "people offered help after a loss",
        "People who seem to have lost money and had not told us, to whom a message with an offer of help was "
        "handed over, or whom a call about it reached. Some may have been warned, too.",
    ),
    "cases": ("cases opened", "Recovery cases that were opened: one an episode in which money left."),
    "cases.within_day": (
        "settled within 24 hours",
        "Of them, cases that were settled or closed when exactly 24 hours had gone by since they were "
        "opened. Settled means that nothing more is expected; not that money came back.",
    ),
    "cases.not_within_day": (
        "not settled within 24 hours",
        "Of them, cases that were still open, or open again, when 24 hours had gone by.",
    ),
    "cases.too_early": (
        "too early to say",
        "Of them, cases that were not settled yet when the time that is counted ended, less than or exactly "
        "24 hours after they were opened.",
    ),
    "back": (
        "came back",
        "What was refunded and recovered in recovery cases, with corrections taken off.",
    ),
    "back.refunded": ("refunded", "Of it, what was recorded as refunded, before corrections."),
    "back.recovered": ("recovered", "Of it, what was recorded as recovered, before corrections."),
    "back.corrected": ("taken off again", "Sums that had been recorded too high, taken off."),
    "back.none": ("came back", "What was refunded and recovered in recovery cases, by currency."),
    "listed": (
        "addresses that became listed",
        "Distinct pairs of chain and address that became listed as malicious here, also where they are "
        "listed no more.",
    ),
    "listed.still": ("still listed", "Of them, those that were listed at the end of the time counted."),
    "listed.standing": (
        "listed at the end",
        "All addresses that were listed at the end of the time counted, whenever they became so.",
    ),
    "listed.chain": ("on", "Of the addresses that became listed, those on this chain."),
    "prevented.P0": (
        "P0: exposed",
        "The most that was tried at once in each episode for which a warning was begun, capped at the "
        "balance there was, whatever became of it. It is not prevented.",
    ),
    "prevented.P1": (
        "P1: held by a hard control",
        "What a hold or a block of ours stopped, less what the same episode sent again; a warning claims "
        "nothing of it.",
    ),
    "prevented.P2": (
        "P2: abandoned after a seen warning",
        "Transfers given up after a warning that was seen, less what was sent again, to another address or "
        "by another rail within 90 days, and less what came back. Some of them were no scams.",
    ),
    "prevented.P3": (
        "P3: abandoned, and confirmed",
        "Of P2, episodes whose beneficiary a list, an analyst or the person says is a scam.",
    ),
    "prevented.P4": (
        "P4: caused by the warning",
        "An estimate with its interval, against people who were not warned, by a registered experiment: it "
        "stands in `outreach report outcomes`, with the checks that it must travel with.",
    ),
    "prevented.R": (
        "R: recovered",
        "Money of these episodes that left and came back, once; what is recorded in cases stands above.",
    ),
    "answered": (
        "people who answered a warning",
        "People whose first answer to at least one warning came in the time counted.",
    ),
    "mine": (
        'said "I checked, it is mine"',
        "Of them, those who answered so at least once, and did not ask for a stop or for help after all "
        "before the end of the time counted. Some of them may be wrong, or have been told what to say.",
    ),
}
