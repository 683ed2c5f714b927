"""Turkish. `replying` reads ı, I, İ and i alike, so that capitals say the same on any phone."""

from __future__ import annotations

from outreach.domain.answer import Answer
from outreach.domain.replying_words.phrases import Words

WORDS = Words(
    answers={
        Answer.STOP_TRANSFER: (
            "bir", "durdur", "durdurun", "durdurulsun", "transferi durdur", "transferi durdurun",
            "transferimi durdurun", "transferi durdurmak istiyorum", "ödemeyi durdurun", "havaleyi durdurun",
            "işlemi durdurun", "parayı durdurun", "transferi iptal et", "transferi iptal edin",
            "işlemi iptal edin", "ödemeyi iptal edin", "bloke edin", "transferi bloke edin", "göndermeyin",
            "parayı göndermeyin", "beklet", "bekletin",
        ),
        Answer.ALREADY_SENT: (
            "iki", "gönderdim", "zaten gönderdim", "parayı gönderdim", "parayı zaten gönderdim",
            "çoktan gönderdim", "ben gönderdim", "gönderildi", "para gitti", "gitti",
            "transfer gitti", "yolladım", "ödedim",
            "zaten ödedim", "parayı yolladım",
        ),
        Answer.HELP_ME: (
            "üç", "yardım", "yardım edin", "yardım istiyorum", "yardıma ihtiyacım var", "yardım lazım",
            "bana yardım edin", "lütfen yardım edin", "imdat", "beni arayın", "arayın beni",
            "beni arar mısınız",
        ),
        Answer.IT_IS_MINE: (
            "dört", "benim", "bendim", "bana ait", "kontrol ettim", "ben yaptım", "evet benim", "işlem benim",
            "kontrol ettim, bana ait", "kontrol ettim benim", "işlem bana ait", "transfer benim",
            "bunu ben yaptım",
        ),
        Answer.NOT_ME: (
            "beş", "ben değilim", "ben değildim", "benim değil", "bana ait değil", "ben yapmadım",
            "bunu ben yapmadım", "işlem bana ait değil", "işlem benim değil",
        ),
    },
    opt_out=(
        "sms istemiyorum", "mesaj istemiyorum", "abonelikten çık", "abonelikten çıkmak istiyorum",
        "listeden çık", "mesaj atmayın", "sms atmayın", "sms göndermeyin", "mesaj göndermeyin",
        "bana mesaj atmayın", "bana mesaj göndermeyin", "bana sms göndermeyin",
    ),
    sounds_like_opt_out=(
        "mesaj atma", "mesaj gönderme", "mesaj yollama", "sms atma", "sms gönderme", "sms yollama",
        "bana yazma", "yazmayın", "rahatsız etme", "rahat bırak", "beni bırakın", "yanlış numara",
        "numara yanlış", "spam", "istenmeyen", "listeden çıkar", "abonelik",
    ),
    sounds_like_opt_out_alone=("dur", "iptal", "iptal et", "ret", "yeter", "hayır", "kapat"),
    courtesy=(
        "lütfen", "teşekkürler", "teşekkür", "ederim", "sağolun", "sağ", "olun", "merhaba", "selam", "yanıt",
        "cevap", "numara", "seçenek", "referans", "evet", "acil",
    ),
)  # fmt: skip
