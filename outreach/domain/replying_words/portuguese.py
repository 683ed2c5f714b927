"""Portuguese, as in Brazil."""

from __future__ import annotations

from outreach.domain.answer import Answer
from outreach.domain.replying_words.phrases import Words

WORDS = Words(
    answers={
        Answer.STOP_TRANSFER: (
            "um", "bloquear", "bloqueie", "bloqueiem", "bloquear a transferência",
            "bloqueie a transferência", "parar a transferência", "pare a transferência",
            "parem a transferência", "segurar", "cancelar a transferência", "cancele a transferência",
            "não enviem",
        ),
        Answer.ALREADY_SENT: (
            "dois", "já enviei", "enviei", "eu enviei", "já mandei", "já transferi", "já paguei",
            "já foi enviada",
        ),
        Answer.HELP_ME: (
            "três", "ajuda", "quero ajuda", "preciso de ajuda", "me ajude", "me ajudem", "me liguem",
            "me ligue", "socorro",
        ),
        Answer.IT_IS_MINE: (
            "quatro", "é minha", "é meu", "fui eu", "sou eu", "conferi", "conferi, é minha",
            "já conferi",
        ),
        Answer.NOT_ME: (
            "cinco", "não fui eu", "não sou eu", "não era eu",
        ),
    },
    opt_out=(
        "sair", "descadastrar", "cancelar inscrição", "não quero mais mensagens", "chega de mensagens",
    ),
    sounds_like_opt_out=(
        "me deixe em paz", "me deixem em paz", "não me mande", "não me envie", "não me escreva",
        "não me incomod", "não quero mais", "não quero receber", "pare de", "parem de", "chega de",
        "número errado", "descadastr",
    ),
    sounds_like_opt_out_alone=(
        "pare", "parem", "fim",
    ),
    courtesy=(
        "obrigado", "obrigada", "olá", "resposta", "opção", "referência",
    ),
)  # fmt: skip
