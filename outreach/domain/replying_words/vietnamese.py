"""Vietnamese, with and without its marks; no bare numerals: without marks they are words elsewhere."""

from __future__ import annotations

from outreach.domain.answer import Answer
from outreach.domain.replying_words.phrases import Words

WORDS = Words(
    answers={
        Answer.STOP_TRANSFER: (
            "chặn", "chặn giao dịch", "chặn lại", "dừng giao dịch", "dung giao dich", "dừng chuyển tiền",
            "dung chuyen tien", "hủy giao dịch", "hủy chuyển tiền", "ngừng giao dịch", "giữ giao dịch",
            "đừng gửi", "đừng gửi tiền", "dung gui tien", "đừng chuyển", "không gửi",
        ),
        Answer.ALREADY_SENT: (
            "đã gửi", "da gui", "đã gửi rồi", "da gui roi", "tôi đã gửi", "toi da gui", "tôi đã gửi rồi",
            "toi da gui roi", "gửi rồi", "đã chuyển", "da chuyen", "đã chuyển rồi", "da chuyen roi",
            "tôi đã chuyển", "toi da chuyen", "chuyển rồi",
        ),
        Answer.HELP_ME: (
            "giúp", "giúp tôi", "giúp đỡ", "giup do", "trợ giúp", "hỗ trợ", "cần giúp", "tôi cần giúp",
            "tôi cần giúp đỡ", "toi can giup do", "tôi cần hỗ trợ", "tôi muốn được giúp",
            "toi muon duoc giup", "cứu tôi", "gọi cho tôi",
        ),
        Answer.IT_IS_MINE: (
            "của tôi", "là của tôi", "là tôi", "đúng là tôi", "dung la toi", "chính tôi", "tôi làm",
            "đã kiểm tra", "da kiem tra", "tôi đã kiểm tra", "toi da kiem tra",
            "tôi đã kiểm tra, là của tôi", "toi da kiem tra la cua toi",
        ),
        Answer.NOT_ME: (
            "không phải tôi", "không phải là tôi", "đó không phải là tôi", "do khong phai la toi",
            "không phải của tôi", "tôi không làm",
        ),
    },
    opt_out=(
        "hủy đăng ký", "huy dang ky", "ngừng nhận tin", "ngừng gửi tin", "ngừng nhắn tin", "dừng gửi tin",
        "dung gui tin", "hủy nhận tin", "từ chối nhận tin", "không nhận tin nữa",
    ),
    sounds_like_opt_out=(
        "đừng nhắn", "dung nhan tin", "đừng gửi tin", "không muốn nhận", "đừng làm phiền", "dung lam phien",
        "làm phiền", "để tôi yên", "de toi yen", "nhầm số", "sai số", "quấy rối",
    ),
    sounds_like_opt_out_alone=(
        "từ chối", "dừng", "ngừng", "hủy", "thôi",
    ),
    courtesy=(
        "xin", "vui", "lòng", "cảm", "ơn", "chào", "ạ", "trả", "lời", "số", "chọn",
    ),
)  # fmt: skip
