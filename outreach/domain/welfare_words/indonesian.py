"""Indonesian."""

from __future__ import annotations

from outreach.domain.welfare_words.phrases import Words

WORDS = Words(
    phrases=(
        "bunuh diri", "bunuhdiri", "bundir", "buhun diri", "bunuh diriku", "membunuh diri",
        "mengakhiri hidup", "akhiri hidup", "ngakhirin hidup", "mengakhiri semuanya", "akhiri semuanya",
        "mengakhiri nyawa", "ingin mati", "pengen mati", "pingin mati", "pengin mati", "mau mati",
        "mo mati aja", "lebih baik mati", "mending mati", "lebih baik aku mati", "lebih baik saya mati",
        "lebih baik tidak ada", "tidak mau hidup", "tidak ingin hidup", "gak mau hidup", "ga mau hidup",
        "gak pengen hidup", "nggak mau hidup", "tak ingin hidup", "capek hidup", "cape hidup",
        "lelah hidup", "bosan hidup", "tidak sanggup hidup", "tidak sanggup lagi", "gak sanggup lagi",
        "ga sanggup lagi", "nggak sanggup lagi", "tidak kuat lagi", "gak kuat lagi", "ga kuat lagi",
        "tidak ada gunanya hidup", "gak ada gunanya hidup", "percuma hidup", "hidup tidak ada artinya",
        "hidup tidak berarti", "hidupku tidak ada", "hidup saya sudah berakhir", "hidupku sudah berakhir",
        "hidupku sudah hancur dan", "tidak ada alasan untuk hidup", "gak ada alasan hidup",
        "tanpa aku mereka lebih", "tanpa saya mereka lebih", "lebih baik tanpa aku",
        "lebih baik tanpa saya", "tidak bangun lagi", "gak bangun lagi", "tidur selamanya",
        "menghilang selamanya", "hilang selamanya", "gantung diri", "lompat dari", "loncat dari",
        "terjun dari", "menyayat", "menyilet", "menyakiti diri", "melukai diri", "nyakitin diri",
        "overdosis", "minum racun", "minum baygon", "menembak diri", "selamat tinggal selamanya",
        "selamat tinggal untuk selama", "ini pesan terakhir", "kalau kalian baca ini",
        "sampaikan ke keluarga", "bilang ke keluargaku", "bilang ke anak", "tidak ada jalan keluar",
        "gak ada jalan keluar", "sudah tidak ada harapan hidup", "hanya beban", "jadi beban",
        "pergi dari dunia ini", "tinggalkan dunia ini", "meninggalkan dunia", "beli tali",
        "buat apa hidup", "untuk apa hidup", "ngapain hidup", "ingin menghilang", "pengen menghilang",
        "ingin hilang dari", "tidak ada yang akan kehilangan", "sudah putus asa", "tidak ada harapan",
    ),
    alone=(
        "aku mati aja", "saya mati saja", "mati saja aku", "mati aja lah",
    ),
    near=(
        (
            (
                "ingin", "pengen", "pingin", "mau$", "mending",
            ),
            (
                "mati$", "bunuh", "gantung",
            ),
        ),
        (
            (
                "tidak", "gak$", "ga$", "nggak", "tak$", "ngga$",
            ),
            (
                "hidup",
            ),
        ),
    ),
    harmless=(
        "tabungan hidup", "tabungan seumur hidup", "biaya hidup", "seumur hidup", "asuransi jiwa",
        "kebutuhan hidup", "hp mati", "handphone mati", "listrik mati", "mati lampu", "akun mati",
        "hidup di",
    ),
)  # fmt: skip
