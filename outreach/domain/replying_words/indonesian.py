"""Indonesian."""

from __future__ import annotations

from outreach.domain.answer import Answer
from outreach.domain.replying_words.phrases import Words

WORDS = Words(
    answers={
        Answer.STOP_TRANSFER: (
            "satu", "blokir", "tolong blokir", "blokir transfer", "blokir transfernya", "hentikan transfer",
            "hentikan transfernya", "stop transfer", "stop transfernya", "batalkan transfer",
            "batalkan transfernya", "tahan transfer", "tahan transfernya", "jangan dikirim",
            "jangan kirim uangnya", "hentikan pembayaran", "batalkan pembayaran",
        ),
        Answer.ALREADY_SENT: (
            "dua", "sudah kirim", "sudah dikirim", "sudah terkirim", "sudah saya kirim",
            "saya sudah kirim", "saya sudah mengirim", "sudah transfer", "saya sudah transfer",
            "sudah bayar", "terlanjur kirim", "udah kirim", "udah dikirim", "udah transfer",
        ),
        Answer.HELP_ME: (
            "tiga", "bantuan", "bantu", "bantu saya", "tolong bantu", "tolong bantu saya",
            "saya butuh bantuan", "butuh bantuan", "minta bantuan", "saya ingin dibantu", "tolong saya",
            "telepon saya", "hubungi saya",
        ),
        Answer.IT_IS_MINE: (
            "empat", "milik saya", "itu saya", "ini saya", "ini milik saya", "itu milik saya",
            "punya saya", "sudah periksa", "sudah saya periksa", "sudah cek", "sudah saya cek",
            "sudah saya periksa, ini milik saya", "itu memang saya", "saya sendiri",
        ),
        Answer.NOT_ME: (
            "lima", "bukan saya", "ini bukan saya", "itu bukan saya", "bukan aku", "saya tidak melakukannya",
        ),
    },
    opt_out=(
        "berhenti langganan", "berhenti berlangganan", "hentikan sms", "stop sms",
        "hentikan pesan", "jangan kirim sms", "jangan kirim sms lagi", "jangan kirim pesan lagi",
    ),
    sounds_like_opt_out=(
        "jangan ganggu", "jangan sms", "jangan kirim saya", "jangan kirim pesan", "jangan kirim sms",
        "jangan hubungi", "jangan kontak", "jangan wa saya", "tidak mau menerima", "tidak mau terima",
        "nggak mau", "gak mau", "salah nomor", "nomor salah", "mengganggu",
    ),
    sounds_like_opt_out_alone=(
        "berhenti", "hentikan", "batal", "batalkan", "cukup", "sudah",
    ),
    courtesy=(
        "tolong", "mohon", "ya", "dong", "terima", "kasih", "makasih", "halo", "pak", "bu", "balas",
        "jawaban", "nomor", "pilihan", "referensi",
    ),
)  # fmt: skip
