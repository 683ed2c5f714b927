"""What people write back, by language: phrases, as they would be typed.

`replying` compares them in one plain form. Written by machine, read by no native speaker yet. STOP in English
ends SMS everywhere, because the law and the networks say so; so in no language is a bare "stop" the answer
that stops a transfer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outreach.domain.answer import Answer

Phrases = Sequence[str]

DIGITS: Mapping[str, Answer] = {
    "1": Answer.STOP_TRANSFER,
    "2": Answer.ALREADY_SENT,
    "3": Answer.HELP_ME,
    "4": Answer.IT_IS_MINE,
    "5": Answer.NOT_ME,
}
"""One meaning for ever and in every template: a reply may come long after the text that it answers."""

BESIDE_A_NUMBER: Mapping[str, Phrases] = {"1": ("stop it", "parar")}
"""What once stood beside a number in our SMS, and alone could mean something else."""

OPT_OUT: Phrases = (
    "stop", "unsubscribe", "cancel", "end", "quit", "revoke", "opt out", "remove me", "opt me out",
    # es
    "baja", "alto", "dar de baja", "darme de baja", "quiero darme de baja", "cancelar suscripción",
    "no más mensajes", "desuscribir",
    # pt
    "sair", "descadastrar", "cancelar inscrição", "não quero mais mensagens", "chega de mensagens",
    # ar
    "إلغاء الاشتراك", "إيقاف الرسائل", "أوقفوا الرسائل", "أوقف الرسائل", "لا أريد رسائل",
    # hi
    "बंद", "बंद करें", "बंद करो", "मैसेज बंद करें", "मैसेज बंद करो", "संदेश बंद करें", "स्टॉप",
    "अनसब्सक्राइब",
    # zh
    "退订", "TD", "取消订阅", "停止发送", "停止发短信", "不要再发短信", "不要再发短信给我",
)  # fmt: skip
"""Alone, or with nothing but courtesy beside it. What the US rule names comes first."""

OPT_OUT_OF_ALL: Phrases = ("stop all", "stop everything", "unsubscribe all", "unsubscribe from all")

OPT_IN: Phrases = ("start", "yes", "unstop")

HELP: Phrases = ("help", "info")

ANSWERS: Mapping[str, Mapping[Answer, Phrases]] = {
    "en": {
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
            "I've sent it",
            "sent", "sent it", "already sent it", "it is sent", "it's gone", "already gone",
            "I already paid",
        ),
        Answer.HELP_ME: (
            "three", "help me", "I need help", "need help", "I want help", "I would like help",
            "I'd like help",
            "call me", "call me back", "can you help", "can you help me", "please call",
        ),
        Answer.IT_IS_MINE: (
            "four", "it is mine", "it's mine", "mine", "it was me", "I checked it", "I checked",
            "that was me",
            "I checked, it is mine", "it is me", "it's me", "that's mine", "this was me",
        ),
        Answer.NOT_ME: (
            "five", "not me", "this was not me", "it was not me", "it wasn't me", "was not me",
            "wasn't me",
            "this wasn't me", "that wasn't me", "that was not me", "I did not do this",
            "I didn't do this",
        ),
    },
    "es": {
        Answer.STOP_TRANSFER: (
            "uno", "bloquear", "bloquéela", "bloquéenla", "bloquear la transferencia", "retener",
            "detener la transferencia", "detenga la transferencia", "detengan la transferencia",
            "parar la transferencia", "paren la transferencia", "pare la transferencia", "deténganla",
            "detenerla", "cancelar la transferencia", "cancelen la transferencia", "no la envíen",
        ),
        Answer.ALREADY_SENT: (
            "dos", "envié", "ya envié", "ya la envié", "ya lo envié", "lo envié", "la envié", "enviada",
            "ya está enviada",
            "ya envié el dinero", "ya pagué",
        ),
        Answer.HELP_ME: (
            "tres", "ayuda", "quiero ayuda", "necesito ayuda", "ayúdenme", "ayúdeme", "ayúdame",
            "llámenme",
            "llámeme",
        ),
        Answer.IT_IS_MINE: (
            "cuatro", "ya lo revisé", "lo revisé", "es mía", "es mío", "fui yo", "soy yo", "lo comprobé",
            "lo comprobé, es mía", "comprobado",
            "ya lo comprobé",
        ),
        Answer.NOT_ME: ("cinco", "no fui yo", "no soy yo", "yo no fui", "no he sido yo"),
    },
    "pt": {
        Answer.STOP_TRANSFER: (
            "um", "bloquear", "bloqueie", "bloqueiem", "bloquear a transferência",
            "bloqueie a transferência",
            "parar a transferência", "pare a transferência", "parem a transferência", "segurar",
            "cancelar a transferência", "cancele a transferência", "não enviem",
        ),
        Answer.ALREADY_SENT: (
            "dois", "já enviei", "enviei", "eu enviei", "já mandei", "já transferi", "já paguei",
            "já foi enviada",
        ),
        Answer.HELP_ME: (
            "três", "ajuda", "quero ajuda", "preciso de ajuda", "me ajude", "me ajudem",
            "me liguem", "me ligue",
            "socorro",
        ),
        Answer.IT_IS_MINE: (
            "quatro", "é minha", "é meu", "fui eu", "sou eu", "conferi", "conferi, é minha",
            "já conferi",
        ),
        Answer.NOT_ME: ("cinco", "não fui eu", "não sou eu", "não era eu"),
    },
    "ar": {
        Answer.STOP_TRANSFER: (
            "واحد", "أوقفوه", "أوقفه", "أوقفوا التحويل", "أوقف التحويل", "إيقاف التحويل",
            "أريد إيقاف التحويل",
            "ألغوا التحويل", "إلغاء التحويل",
        ),
        Answer.ALREADY_SENT: (
            "اثنان", "اثنين", "أرسلته", "لقد أرسلته", "لقد أرسلته بالفعل", "أرسلته بالفعل", "تم الإرسال",
            "أرسلت المال",
        ),
        Answer.HELP_ME: (
            "ثلاثة", "مساعدة", "أريد مساعدة", "أحتاج مساعدة", "أحتاج إلى مساعدة", "ساعدوني",
            "ساعدني", "اتصلوا بي",
        ),
        Answer.IT_IS_MINE: (
            "أربعة", "يخصني", "تحققت", "أنا", "هذا أنا", "كان أنا", "تحققت، والتحويل يخصني",
            "التحويل يخصني",
        ),
        Answer.NOT_ME: ("خمسة", "لست أنا", "لم أكن أنا", "ليس أنا", "هذا ليس أنا"),
    },
    "hi": {
        Answer.STOP_TRANSFER: (
            "एक", "रोकें", "रोको", "रोक दो", "रोक दें", "ट्रांसफ़र रोकें", "ट्रांसफर रोको",
            "पैसा रोको", "इसे रोकें",
        ),
        Answer.ALREADY_SENT: (
            "दो", "भेजा", "भेज दिया", "पैसा भेज दिया", "मैंने भेज दिया", "मैं भेज चुका हूँ",
            "मैं भेज चुकी हूँ",
        ),
        Answer.HELP_ME: ("तीन", "मदद", "मुझे मदद चाहिए", "मदद चाहिए", "मदद करो", "मदद करें", "कॉल करें"),
        Answer.IT_IS_MINE: (
            "चार", "मैं ही", "मेरा है", "यह मेरा है", "मैंने जाँच लिया", "मैंने जाँच लिया, यह मेरा है",
            "जाँच लिया", "मैंने किया",
        ),
        Answer.NOT_ME: (
            "पाँच", "पांच", "मैं नहीं", "मैंने नहीं किया", "यह मैंने नहीं किया", "यह मैं नहीं",
        ),
    },
    "zh": {
        Answer.STOP_TRANSFER: (
            "一", "停止转账", "停止这笔转账", "停止付款", "拦截", "拦住", "别转", "不要转",
            "取消转账", "冻结",
        ),
        Answer.ALREADY_SENT: (
            "二", "两", "已经转出", "钱已经转出了", "已转出", "已经转了", "转了", "是我转的",
            "转出去了",
        ),
        Answer.HELP_ME: (
            "三", "需要帮助", "我需要帮助", "帮助", "帮我", "请帮我", "求助", "救命",
            "给我打电话",
        ),
        Answer.IT_IS_MINE: (
            "四", "核实过没问题", "我核实过了，没有问题", "没问题", "没有问题", "是我",
            "是我本人", "是我操作的", "本人操作",
        ),
        Answer.NOT_ME: (
            "五", "不是我", "这不是我操作的", "不是我操作的", "不是本人", "不是我本人",
            "非本人操作",
        ),
    },
}  # fmt: skip
"""By language; what the SMS of that language shows beside a number is among its words."""

COURTESY: Phrases = (
    "please", "pls", "plz", "kindly", "now", "thanks", "thank", "you", "thx", "ty", "ok", "okay",
    "sir", "madam",
    "hi", "hello", "just", "reply", "answer", "option", "number", "ref", "reference",
    "por", "favor", "porfa", "gracias", "hola", "respuesta", "respondo", "opción", "número",
    "referencia",
    "obrigado", "obrigada", "olá", "resposta", "opção", "referência",
    "من", "فضلك", "فضلكم", "رجاء", "رجاءً", "شكرا", "شكرًا", "الرد", "رد", "رقم", "المرجع",
    "कृपया", "प्लीज़", "धन्यवाद", "जी", "जवाब", "विकल्प", "रेफ़रेंस",
    "请", "谢谢", "麻烦", "回复", "选", "选项", "编号",
)  # fmt: skip
"""Words that change nothing: they are left out where the whole is not understood with them."""

STOPPING: Phrases = ("stop", "quit", "end", "cease", "unsubscribe", "cancel", "revoke", "opt")
MESSAGING: Phrases = (
    "texting",
    "messaging",
    "sending",
    "contacting",
    "texts",
    "text",
    "messages",
    "message",
    "sms",
    "msgs",
    "msg",
)  # fmt: skip
BESIDE: Phrases = (
    "me", "us", "my", "the", "these", "this", "those", "your", "any", "more", "from", "to",
    "all", "out", "and",
    "of", "for", "phone", "with", "receiving", "getting",
)  # fmt: skip
"""An English opt-out in a sentence: a word of `STOPPING`, one of `MESSAGING`, and none but these."""

SOUNDS_LIKE_OPT_OUT: Phrases = (
    "don't message", "don't msg", "don't text", "don't sms", "don't contact", "don't write",
    "don't send me",
    "do not message", "do not text", "do not contact", "do not write", "do not send me",
    "leave me alone",
    "no more messages", "no more texts", "no more sms", "remove me", "take me off", "opt me out",
    "opt out", "unsubscribe", "stop messaging", "stop texting", "stop sending",
    "stop contacting", "stop it",
    "stop bothering", "stop this", "wrong number", "spam", "who gave you", "harass",
    "déjenme en paz", "déjame en paz", "no me escriba", "no me manden", "no me mande", "no me envíe",
    "no me contacte", "no me molest", "no quiero más", "no quiero recibir", "basta de mensajes",
    "dejen de",
    "deje de", "paren de", "quítenme", "bórrenme", "número equivocado", "desuscri",
    "dar de baja", "darme de baja",
    "me deixe em paz", "me deixem em paz", "não me mande", "não me envie", "não me escreva",
    "não me incomod",
    "não quero mais", "não quero receber", "pare de", "parem de", "chega de", "número errado",
    "descadastr",
    "اتركوني", "اتركني", "دعوني وشأني", "لا تراسل", "لا ترسل", "لا تكتب", "لا أريد رسائل",
    "توقفوا عن", "توقف عن",
    "كفى رسائل", "رقم خاطئ", "الرقم خطأ", "إلغاء الاشتراك", "إزعاج",
    "मैसेज मत", "मेसेज मत", "संदेश मत", "मत भेज", "मत लिख", "परेशान मत", "तंग मत", "अकेला छोड़",
    "मैसेज नहीं चाहिए",
    "गलत नंबर", "मैसेज बंद", "संदेश बंद",
    "别发", "不要发", "别再", "不要再", "别烦", "别打扰", "不要打扰", "勿扰", "骚扰", "发错",
    "打错", "不想收到", "退订",
)  # fmt: skip
"""Anywhere in what was not understood otherwise. A person decides."""

SOUNDS_LIKE_OPT_OUT_ALONE: Phrases = (
    "parar",
    "pare",
    "paren",
    "parem",
    "detener",
    "cancelar",
    "basta",
    "fim",
    "fin",
    "إيقاف",
    "إلغاء",
    "توقف",
    "قف",
    "ستوب",
    "रोक",
    "रद्द",
    "停",
    "停止",
    "取消",
)
"""Said alone: the transfer, or the messages?"""
