"""English. STOP in English ends SMS everywhere, because the law and the networks say so."""

from __future__ import annotations

from outreach.domain.answer import Answer
from outreach.domain.replying_words.phrases import Phrases, Words

WORDS = Words(
    answers={
        Answer.STOP_TRANSFER: (
            "one", "block it", "block", "block the transfer", "block transfer", "stop the transfer",
            "stop transfer", "stop my transfer", "stop this transfer", "stop that transfer",
            "stop the payment", "stop payment", "stop my payment", "stop the money", "hold it",
            "hold the transfer", "cancel the transfer", "cancel transfer", "cancel my transfer",
            "cancel this transfer", "cancel the payment", "cancel payment", "do not send it",
            "don't send it", "don't send the money", "do not send the money",
        ),
        Answer.ALREADY_SENT: (
            "two", "already sent", "I already sent it", "I have already sent it", "I sent it",
            "I've sent it", "sent", "sent it", "already sent it", "it is sent", "it's gone",
            "already gone", "I already paid",
        ),
        Answer.HELP_ME: (
            "three", "help me", "I need help", "need help", "I want help", "I would like help",
            "I'd like help", "call me", "call me back", "can you help", "can you help me",
            "please call",
        ),
        Answer.IT_IS_MINE: (
            "four", "it is mine", "it's mine", "mine", "it was me", "I checked it", "I checked",
            "that was me", "I checked, it is mine", "it is me", "it's me", "that's mine",
            "this was me",
        ),
        Answer.NOT_ME: (
            "five", "not me", "this was not me", "it was not me", "it wasn't me", "was not me",
            "wasn't me", "this wasn't me", "that wasn't me", "that was not me", "I did not do this",
            "I didn't do this",
        ),
    },
    opt_out=(
        "stop", "unsubscribe", "cancel", "end", "quit", "revoke", "opt out", "remove me", "opt me out",
    ),
    opt_out_of_all=(
        "stop all", "stop everything", "unsubscribe all", "unsubscribe from all",
    ),
    opt_in=(
        "start", "yes", "unstop",
    ),
    help=(
        "help", "info",
    ),
    sounds_like_opt_out=(
        "don't message", "don't msg", "don't text", "don't sms", "don't contact", "don't write",
        "don't send me", "do not message", "do not text", "do not contact", "do not write",
        "do not send me", "leave me alone", "no more messages", "no more texts", "no more sms",
        "remove me", "take me off", "opt me out", "opt out", "unsubscribe", "stop messaging",
        "stop texting", "stop sending", "stop contacting", "stop it", "stop bothering", "stop this",
        "wrong number", "spam", "who gave you", "harass",
    ),
    courtesy=(
        "please", "pls", "plz", "kindly", "now", "thanks", "thank", "you", "thx", "ty", "ok", "okay",
        "sir", "madam", "hi", "hello", "just", "reply", "answer", "option", "number", "ref",
        "reference",
    ),
    beside_a_number={"1": ("stop it",)},
)  # fmt: skip

STOPPING: Phrases = (
    "stop", "quit", "end", "cease", "unsubscribe", "cancel", "revoke", "opt",
)  # fmt: skip
MESSAGING: Phrases = (
    "texting", "messaging", "sending", "contacting", "texts", "text", "messages", "message", "sms",
    "msgs", "msg",
)  # fmt: skip
BESIDE: Phrases = (
    "me", "us", "my", "the", "these", "this", "those", "your", "any", "more", "from", "to", "all",
    "out", "and", "of", "for", "phone", "with", "receiving", "getting",
)  # fmt: skip
"""An English opt-out in a sentence: a word of `STOPPING`, one of `MESSAGING`, and none but these."""
