"""Spanish."""

from __future__ import annotations

from outreach.domain.answer import Answer
from outreach.domain.replying_words.phrases import Words

WORDS = Words(
    answers={
        Answer.STOP_TRANSFER: (
            "uno", "bloquear", "bloquéela", "bloquéenla", "bloquear la transferencia", "retener",
            "detener la transferencia", "detenga la transferencia", "detengan la transferencia",
            "parar la transferencia", "paren la transferencia", "pare la transferencia", "deténganla",
            "detenerla", "cancelar la transferencia", "cancelen la transferencia", "no la envíen",
        ),
        Answer.ALREADY_SENT: (
            "dos", "envié", "ya envié", "ya la envié", "ya lo envié", "lo envié", "la envié",
            "enviada", "ya está enviada", "ya envié el dinero", "ya pagué",
        ),
        Answer.HELP_ME: (
            "tres", "ayuda", "quiero ayuda", "necesito ayuda", "ayúdenme", "ayúdeme", "ayúdame",
            "llámenme", "llámeme",
        ),
        Answer.IT_IS_MINE: (
            "cuatro", "ya lo revisé", "lo revisé", "es mía", "es mío", "fui yo", "soy yo",
            "lo comprobé", "lo comprobé, es mía", "comprobado", "ya lo comprobé",
        ),
        Answer.NOT_ME: (
            "cinco", "no fui yo", "no soy yo", "yo no fui", "no he sido yo",
        ),
    },
    opt_out=(
        "baja", "alto", "dar de baja", "darme de baja", "quiero darme de baja", "cancelar suscripción",
        "no más mensajes", "desuscribir",
    ),
    sounds_like_opt_out=(
        "déjenme en paz", "déjame en paz", "no me escriba", "no me manden", "no me mande",
        "no me envíe", "no me contacte", "no me molest", "no quiero más", "no quiero recibir",
        "basta de mensajes", "dejen de", "deje de", "paren de", "quítenme", "bórrenme",
        "número equivocado", "desuscri", "dar de baja", "darme de baja",
    ),
    sounds_like_opt_out_alone=(
        "parar", "paren", "detener", "cancelar", "basta", "fin",
    ),
    courtesy=(
        "por", "favor", "porfa", "gracias", "hola", "respuesta", "respondo", "opción", "número",
        "referencia",
    ),
    beside_a_number={"1": ("parar",)},
)  # fmt: skip
