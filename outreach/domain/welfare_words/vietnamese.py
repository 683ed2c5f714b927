"""Vietnamese."""

from __future__ import annotations

from outreach.domain.welfare_words.phrases import Words

WORDS = Words(
    phrases=(
        "tự tử", "tu tu", "tự sát", "tự vẫn", "tự kết liễu", "kết liễu đời", "kết thúc cuộc đời",
        "kết thúc cuộc sống", "chấm dứt cuộc đời", "chấm dứt cuộc sống", "kết thúc tất cả",
        "chấm dứt tất cả", "muốn chết", "mun chết", "muon chet", "mún chết", "chỉ muốn chết", "thà chết",
        "chết đi cho", "chết cho xong", "chết quách", "không muốn sống", "khong muon song", "ko muốn sống",
        "k muốn sống", "kg muốn sống", "hông muốn sống", "hok muốn sống", "không thiết sống",
        "chẳng thiết sống", "chẳng muốn sống", "không còn muốn sống", "không sống nổi", "ko sống nổi",
        "không thể sống tiếp", "không thể tiếp tục sống", "không chịu nổi nữa", "ko chịu nổi nữa",
        "không còn lý do để sống", "không còn lý do sống", "không còn gì để sống",
        "sống không còn ý nghĩa", "sống để làm gì", "sống làm gì nữa", "không đáng sống", "chán sống",
        "mệt mỏi với cuộc sống", "không có tôi sẽ tốt", "không có em sẽ tốt", "không có tôi thì tốt",
        "tốt hơn nếu không có tôi", "ngủ mãi mãi", "không tỉnh dậy nữa", "không bao giờ tỉnh",
        "không thức dậy nữa", "biến mất mãi mãi", "treo cổ", "thắt cổ", "nhảy cầu", "nhảy lầu",
        "nhảy sông", "nhảy xuống", "cắt cổ tay", "cứa tay", "rạch tay", "làm đau bản thân", "tự làm hại",
        "tự hại", "uống thuốc ngủ", "uống thuốc sâu", "uống thuốc trừ sâu", "quá liều", "giết chính mình",
        "giết bản thân", "tự giết", "vĩnh biệt", "lời từ biệt", "lời vĩnh biệt", "tin nhắn cuối cùng",
        "khi mọi người đọc", "khi bạn đọc được tin này", "nhắn gia đình tôi", "nói với gia đình tôi rằng",
        "nói với con tôi rằng", "đời tôi hết rồi", "đời tôi coi như xong", "cuộc đời tôi chấm hết",
        "không còn lối thoát", "ko còn lối thoát", "hết đường sống", "gánh nặng của", "gánh nặng cho",
        "là gánh nặng", "rời khỏi thế giới này", "rời bỏ thế giới", "mua dây thừng", "mua sợi dây",
        "muốn biến mất", "sống vì cái gì", "chẳng ai nhớ đến tôi", "không ai nhớ đến tôi", "tuyệt vọng",
        "hết hy vọng", "không còn hy vọng",
    ),
    alone=(
        "chết đi", "đi chết", "tự tữ",
    ),
    near=(
        (
            (
                "muốn", "mún", "muon", "thà",
            ),
            (
                "chết$", "chet$",
            ),
        ),
        (
            (
                "không", "ko$", "khong", "chẳng", "hết",
            ),
            (
                "sống$", "song$",
            ),
        ),
    ),
    harmless=(
        "tiền cả đời", "cuộc sống", "bảo hiểm nhân thọ", "sống ở", "đang sống", "chi phí sinh sống",
    ),
)  # fmt: skip
