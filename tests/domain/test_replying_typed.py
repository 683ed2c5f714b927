"""What people really type back, in the languages that came second: slips, endings and capitals included."""

from __future__ import annotations

import pytest

from outreach.domain.answer import Answer
from outreach.domain.replying import Kind, read

STOP, SENT, HELP, MINE, NOT_ME = Answer


@pytest.mark.parametrize(
    ("locale", "text", "answer"),
    [
        ("ru", "Остановите перевод, пожалуйста!", STOP), ("ru", "1 ОСТАНОВИТЬ", STOP),
        ("ru", "Уже отправила", SENT), ("ru", "2. ушел", SENT), ("ru", "ПОМОГИТЕ", HELP),
        ("ru", "это мое", MINE), ("ru", "Это не я!!", NOT_ME),
        ("uk", "Зупиніть переказ, будь ласка", STOP), ("uk", "вже надіслала", SENT),
        ("uk", "Допоможіть", HELP), ("uk", "4 мій", MINE), ("uk", "П’ять", NOT_ME),
        ("uk", "5. Це не я", NOT_ME),
        ("tr", "YARDIM", HELP), ("tr", "yardim", HELP), ("tr", "Yardım İSTİYORUM!", HELP),
        ("tr", "4 BENİM", MINE),
        ("tr", "islemi iptal edin lutfen", STOP), ("tr", "1 DURDUR", STOP), ("tr", "Gonderdim", SENT),
        ("tr", "Ben yapmadim", NOT_ME),
        ("zh-Hant", "請停止轉帳，謝謝", STOP), ("zh-Hant", "２ 已經轉了", SENT),
        ("zh-Hant", "請幫幫我！", HELP),
        ("zh-Hant", "是我本人", MINE), ("zh-Hant", "這不是我", NOT_ME), ("zh-Hans", "這不是我", NOT_ME),
        ("ko", "이체 중지해주세요", STOP), ("ko", "1번", STOP),
        ("ko", "이미 보냈어요", SENT), ("ko", "도와주세요!!", HELP),
        ("ko", "네 본인 맞습니다", MINE), ("ko", "5 본인아님", NOT_ME),
        ("ja", "送金停止お願いします", STOP), ("ja", "２送金済み", SENT), ("ja", "助けてください！", HELP),
        ("ja", "わたしです", MINE), ("ja", "私じゃないです", NOT_ME), ("ja", "3 ｿｳﾀﾞﾝ", HELP),
        ("fa", "۱", STOP), ("fa", "متوقف كنيد لطفا", STOP), ("fa", "۲ فرستاده ام", SENT),
        ("fa", "کمک میخوام", HELP), ("fa", "کمک می خوام", HELP),
        ("fa", "كار خودمه", MINE), ("fa", "من نبودم!!", NOT_ME), ("fa", "۵ من نبودم", NOT_ME),
        ("ur", "۱ روک دیں", STOP), ("ur", "روك ديں پلیز", STOP), ("ur", "بھیج چکی ہوں", SENT),
        ("ur", "bhej diye", SENT), ("ur", "مجهي مدد چاهيي", HELP), ("ur", "مجھے مدد چاہئے", HELP),
        ("ur", "ميري هي هے", MINE), ("ur", "یہ میں نہیں تھا", NOT_ME),
        ("bn", "১ আটকান", STOP), ("bn", "২", SENT), ("bn", "আমি পাঠিয়েছি", SENT),
        ("bn", "দয়া করে সাহায্য করুন", HELP), ("bn", "sahajjo korun", HELP), ("bn", "৪ আমারই", MINE),
        ("bn", "এটা আমি না", NOT_ME),
        ("th", "๑ หยุดโอนครับ", STOP), ("th", "โอนไปแล้วค่ะ", SENT), ("th", "ช่วยด้วยนะคะ", HELP),
        ("th", "ตรวจแล้วครับผม", MINE), ("th", "๕", NOT_ME), ("th", "ไม่ใช่ฉันค่ะ", NOT_ME),
    ],
)  # fmt: skip
def test_an_answer_is_read_as_it_is_typed(locale: str, text: str, answer: Answer) -> None:
    assert read(text, locale).answer is answer


@pytest.mark.parametrize(
    ("locale", "text"),
    [("ru", "Отпишите меня"), ("ru", "не присылайте мне смс, спасибо"), ("uk", "відпишіть мене"),
     ("tr", "SMS ISTEMIYORUM"), ("zh-Hant", "請不要再傳簡訊給我"), ("ja", "配信停止してください"),
     ("ko", "수신거부"), ("fa", "پيامک نفرستید لطفا"), ("ur", "میسج مت بھیجیں"),
     ("bn", "এসএমএস বন্ধ করুন"), ("th", "หยุดส่งข้อความครับ"), ("th", "ไม่ต้องส่ง SMS มาครับ")],
)  # fmt: skip
def test_a_plain_opt_out_ends_sms(locale: str, text: str) -> None:
    assert read(text, locale).kind is Kind.OPT_OUT


@pytest.mark.parametrize(
    ("locale", "text"),
    [("ru", "стоп"), ("ru", "оставьте меня в покое"), ("ru", "вы ошиблись номером"),
     ("uk", "Стоп!"), ("uk", "дайте мені спокій"),
     ("tr", "DUR"), ("tr", "İPTAL"), ("tr", "beni rahat bırakın"),
     ("zh-Hant", "不要打擾我"), ("zh-Hant", "你傳錯人了"), ("zh-Hant", "停止"), ("ja", "停止"),
     ("fa", "نفرستيد"), ("fa", "ولم کنید"), ("ur", "بند کرو"), ("ur", "مجھے تنگ مت کریں"),
     ("bn", "বন্ধ করুন"), ("bn", "ভুল নম্বরে পাঠিয়েছেন"), ("th", "หยุด"), ("th", "รำคาญมาก อย่าส่งมาอีก"),
     ("ja", "迷惑です、もう送ってこないで"), ("ko", "그만"), ("ko", "문자 그만 좀 하세요")],
)  # fmt: skip
def test_what_sounds_like_an_opt_out_is_left_to_a_person(locale: str, text: str) -> None:
    assert read(text, locale).kind is Kind.LOOKS_LIKE_OPT_OUT
