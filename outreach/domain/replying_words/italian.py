"""Italian."""

from __future__ import annotations

from outreach.domain.answer import Answer
from outreach.domain.replying_words.phrases import Words

WORDS = Words(
    answers={
        Answer.STOP_TRANSFER: (
            "uno", "bloccare", "blocca", "bloccate", "bloccatelo", "bloccare il trasferimento",
            "bloccate il trasferimento", "blocchi il trasferimento", "bloccare il bonifico",
            "bloccate il bonifico", "fermare il trasferimento", "fermate il trasferimento",
            "fermi il trasferimento", "fermare il bonifico", "fermate il bonifico", "fermatelo",
            "annullare il trasferimento", "annullate il trasferimento", "annullare il bonifico",
            "non inviatelo", "non inviate il denaro",
        ),
        Answer.ALREADY_SENT: (
            "due", "inviato", "già inviato", "l'ho inviato", "l'ho già inviato", "ho già inviato",
            "ho inviato", "ho già inviato i soldi", "è già partito", "ho già pagato",
        ),
        Answer.HELP_ME: (
            "tre", "aiuto", "vorrei aiuto", "voglio aiuto", "ho bisogno di aiuto", "mi serve aiuto",
            "aiutatemi", "mi aiuti", "chiamatemi", "mi chiami", "richiamatemi",
        ),
        Answer.IT_IS_MINE: (
            "quattro", "è mio", "è il mio", "ero io", "sono io", "sono stato io", "sono stata io",
            "verificato", "ho verificato", "ho controllato", "ho verificato, è mio",
        ),
        Answer.NOT_ME: (
            "cinque", "non ero io", "non sono io", "non sono stato io", "non sono stata io",
        ),
    },
    opt_out=(
        "disiscrivimi", "disiscrivermi", "disiscrivetemi", "cancellatemi", "cancellami",
        "annulla iscrizione", "basta messaggi", "basta sms", "fermare gli sms", "fermate gli sms",
        "non voglio più messaggi", "non voglio più sms",
    ),
    sounds_like_opt_out=(
        "lasciatemi in pace", "lasciami in pace", "mi lasci in pace", "non scrivetemi",
        "non scrivermi", "non mi scrivete", "non mi scriva", "non mandatemi", "non mi mandate",
        "non mi mandi", "non contattatemi", "non mi contatt", "non voglio più", "non voglio ricevere",
        "smettetela", "smettete di", "numero sbagliato", "disiscri", "molest",
    ),
    sounds_like_opt_out_alone=(
        "ferma", "fermare", "fermate", "annulla", "annullare", "cancella", "cancellare", "basta", "fine",
    ),
    courtesy=(
        "per", "favore", "piacere", "cortesia", "grazie", "salve", "buongiorno", "buonasera",
        "risposta", "rispondo", "numero", "opzione", "riferimento",
    ),
)  # fmt: skip
