"""Turkish."""

from __future__ import annotations

from outreach.domain.welfare_words.phrases import Words

WORDS = Words(
    phrases=(
        "intihar", "intahar", "entihar", "intihr", "kendimi oldur", "kendimi oldür", "kendimi öldür",
        "kendmi öldür", "canıma kıy", "canima kiy", "hayatıma son", "hayatima son", "yaşamıma son",
        "yasamima son", "her şeye son ver", "herşeye son ver", "her seye son ver", "ölmek isti",
        "olmek isti", "ölmek ist", "ölmek istiyrm", "ölmeyi isti", "ölsem daha iyi", "olsem daha iyi",
        "keşke ölsem", "keske olsem", "ölsem de kurtulsam", "ölmüş olmak", "yaşamak istemi",
        "yasamak istemi", "yaşamak istemy", "yaşamak iste mi", "artık yaşayam", "artik yasayam",
        "böyle yaşayam", "boyle yasayam", "dayanamıyorum", "dayanamiyorum", "dayanamyorum",
        "devam edemiyorum", "devam edemem", "yaşamanın anlamı", "yasamanin anlami",
        "hayatın anlamı kalmadı", "yaşamaya değmez", "yasamaya degmez", "yaşamak için bir neden",
        "yaşamak için sebe", "yaşamak için hiçbir", "bensiz daha iyi", "ben olmasam daha iyi",
        "uyanmak istemi", "bir daha uyanma", "sonsuza kadar uyu", "sonsuza dek uyu", "yok olmak isti",
        "kendimi as", "kendimi asaca", "köprüden atla", "kopruden atla", "kendimi köprüden",
        "kendimi camdan", "kendimi aşağı", "trenin önüne", "kendimi kes", "bileklerimi kes",
        "kendime zarar", "kafama sık", "kafama sik", "kendimi vur", "aşırı doz", "hapları içip",
        "elveda herkese", "sonsuza dek elveda", "bu son mesajım", "bu benim son mesaj",
        "bunu okuduğunuzda", "aileme onları sevd", "çocuklarıma onları sevd", "hayatım bitti",
        "hayatim bitti", "yaşamaktan yorul", "yasamaktan yorul", "yaşamaktan bıktı", "hayattan bıktım",
        "çıkış yolum yok", "çıkış yolu kalmadı", "hakkınızı helal edin", "herkese yük", "yük oluyorum",
        "yüküm", "bu dünyadan git", "dünyadan gitmek", "ip aldım", "neden yaşıyorum", "niye yaşıyorum",
        "niçin yaşa", "yok olmak", "kimse özlemez", "umudum kalmadı", "hiç umudum", "hiç umut kalmadı",
    ),
    alone=(
        "ölmek", "ölicem", "ölücem", "öleyim", "öldürücem kendimi",
    ),
    near=(
        (
            (
                "kendimi", "kendmi", "canıma",
            ),
            (
                "öldür", "as$", "asaca", "vur", "kes", "yak",
            ),
        ),
        (
            (
                "istemiyorum", "yok$", "kalmadı", "istemiyom",
            ),
            (
                "yaşamak", "yaşama", "hayat$",
            ),
        ),
    ),
    harmless=(
        "hayat sigortası", "hayatımın birikimi", "hayat boyu", "hayatım boyunca", "canlı destek",
        "hayatta kal", "hayat pahalılığı",
    ),
)  # fmt: skip
