"""French."""

from __future__ import annotations

from outreach.domain.answer import Answer
from outreach.domain.replying_words.phrases import Words

WORDS = Words(
    answers={
        Answer.STOP_TRANSFER: (
            "un", "bloquer", "bloquez", "bloquez-le", "bloquer le transfert", "bloquez le transfert",
            "bloquer le virement", "bloquez le virement", "arrêter le transfert", "arrêtez le transfert",
            "arrêter le virement", "arrêtez le virement", "stopper le transfert", "stoppez le transfert",
            "stopper le virement", "annuler le transfert", "annulez le transfert", "annuler le virement",
            "annulez le virement", "suspendre le transfert", "ne l'envoyez pas", "n'envoyez pas l'argent",
        ),
        Answer.ALREADY_SENT: (
            "deux", "envoyé", "déjà envoyé", "je l'ai envoyé", "je l'ai déjà envoyé", "c'est envoyé",
            "j'ai envoyé", "j'ai déjà envoyé", "j'ai envoyé l'argent", "c'est déjà parti", "j'ai déjà payé",
        ),
        Answer.HELP_ME: (
            "trois", "aide", "aidez-moi", "à l'aide", "au secours", "j'ai besoin d'aide", "besoin d'aide",
            "je veux de l'aide", "je souhaite de l'aide", "je voudrais de l'aide", "appelez-moi",
            "rappelez-moi", "pouvez-vous m'aider",
        ),
        Answer.IT_IS_MINE: (
            "quatre", "c'est moi", "c'était moi", "c'est bien moi", "c'était bien moi", "vérifié",
            "j'ai vérifié", "c'est le mien", "il est bien de moi", "j'ai vérifié, il est bien de moi",
            "j'ai vérifié, c'est bien moi",
        ),
        Answer.NOT_ME: (
            "cinq", "pas moi", "ce n'est pas moi", "ce n'était pas moi", "c'est pas moi",
            "c'était pas moi",
        ),
    },
    opt_out=(
        "arrêt", "désabonner", "désabonnement", "me désabonner", "je veux me désabonner", "désinscrire",
        "désinscription", "me désinscrire", "arrêter les sms", "arrêtez les sms", "arrêter les messages",
        "arrêtez les messages", "ne plus recevoir de sms", "ne plus recevoir de messages",
    ),
    sounds_like_opt_out=(
        "laissez-moi tranquille", "laisse-moi tranquille", "fichez-moi la paix", "foutez-moi la paix",
        "ne m'écrivez plus", "ne m'envoyez plus", "ne me contactez plus", "n'envoyez plus de",
        "m'envoyez plus de", "arrêtez de m", "arrête de m", "cessez de m", "je ne veux plus",
        "je veux plus de", "plus de messages", "plus de sms", "mauvais numéro", "faux numéro",
        "trompé de numéro", "harcel", "désabonn", "désinscri",
    ),
    sounds_like_opt_out_alone=(
        "arrêter", "arrêtez", "arrête", "annuler", "annulez", "stopper", "stoppez", "ça suffit",
    ),
    courtesy=(
        "merci", "svp", "stp", "s'il", "vous", "plaît", "bonjour", "bonsoir", "monsieur", "madame",
        "réponse", "réponds", "option", "numéro", "réf", "référence",
    ),
)  # fmt: skip
