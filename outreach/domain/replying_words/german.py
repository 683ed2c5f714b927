"""German."""

from __future__ import annotations

from outreach.domain.answer import Answer
from outreach.domain.replying_words.phrases import Words

WORDS = Words(
    answers={
        Answer.STOP_TRANSFER: (
            "eins", "anhalten", "bitte anhalten", "halten Sie an", "Überweisung anhalten", "blockieren",
            "Überweisung blockieren", "Überweisung stoppen", "die Überweisung stoppen",
            "stoppen Sie die Überweisung", "Überweisung stornieren", "Überweisung abbrechen",
            "Zahlung stoppen", "Transaktion stoppen", "nicht überweisen", "nicht senden",
        ),
        Answer.ALREADY_SENT: (
            "zwei", "gesendet", "schon gesendet", "bereits gesendet", "ich habe gesendet", "überwiesen",
            "schon überwiesen", "bereits überwiesen", "ich habe schon überwiesen", "ich habe überwiesen",
            "ich habe es gesendet", "ich habe bezahlt", "schon bezahlt", "ist schon weg",
        ),
        Answer.HELP_ME: (
            "drei", "Hilfe", "ich möchte Hilfe", "ich brauche Hilfe", "brauche Hilfe", "helfen Sie mir",
            "bitte helfen", "rufen Sie mich an", "bitte anrufen", "bitte um Rückruf", "Rückruf",
        ),
        Answer.IT_IS_MINE: (
            "vier", "ist von mir", "von mir", "das war ich", "ich war es", "ich war das", "das bin ich",
            "geprüft", "ich habe geprüft", "geprüft, sie ist von mir", "es ist von mir",
            "die Überweisung ist von mir", "ist meine",
        ),
        Answer.NOT_ME: (
            "fünf", "nicht ich", "das war ich nicht", "ich war es nicht", "ich war das nicht",
            "das bin ich nicht", "nicht von mir",
        ),
    },
    opt_out=(
        "abmelden", "abbestellen", "Abmeldung", "austragen", "bitte abmelden", "keine SMS mehr",
        "keine Nachrichten mehr", "SMS stoppen", "SMS abbestellen", "Nachrichten stoppen",
    ),
    sounds_like_opt_out=(
        "lassen Sie mich in Ruhe", "lasst mich in Ruhe", "lass mich in Ruhe", "schreiben Sie mir nicht",
        "nicht mehr schreiben", "schicken Sie mir nicht", "schicken Sie mir keine",
        "senden Sie mir keine", "keine Nachrichten", "keine SMS", "kontaktieren Sie mich nicht",
        "hören Sie auf", "hört auf", "belästig", "falsche Nummer", "nicht mehr erhalten",
    ),
    sounds_like_opt_out_alone=(
        "stopp", "stoppen", "abbrechen", "aufhören", "Ende", "Schluss", "stornieren",
    ),
    courtesy=(
        "bitte", "danke", "hallo", "guten", "Tag", "Antwort", "antworte", "Nummer", "Referenz",
    ),
)  # fmt: skip
