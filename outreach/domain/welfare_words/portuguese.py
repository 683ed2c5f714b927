"""Portuguese."""

from __future__ import annotations

from outreach.domain.welfare_words.phrases import Words

WORDS = Words(
    phrases=(
        "suicid", "suisid", "me matar", "me mato", "vou me matar", "matar me", "tirar minha vida",
        "tirar a minha vida", "tirar a propria vida", "acabar com minha vida", "acabar com a minha vida",
        "acabar com tudo", "por fim a minha vida", "terminar com tudo", "quero morrer", "qero morrer",
        "kero morrer", "queria morrer", "vontade de morrer", "vontade de viver", "prefiro morrer",
        "melhor morrer", "melhor morto", "melhor morta", "estar morto", "estar morta", "nao quero viver",
        "nao quero mais viver", "n quero mais viver", "nao quero continuar vivend", "nao aguento mais",
        "n aguento mais", "nao consigo mais viver", "nao consigo continuar", "nao da mais pra viver",
        "nao vale a pena viver", "melhor sem mim", "nao tenho razao para viver",
        "nao tenho motivo para viver", "nao tenho mais motivo", "nada mais por que viver", "nao acordar",
        "dormir para sempre", "dormir pra sempre", "sumir para sempre", "sumir pra sempre",
        "desaparecer para sempre", "me enforcar", "me jogar da", "me jogar do", "pular da ponte",
        "pular do", "me cortar", "me machucar", "me ferir", "automutil", "overdose", "tiro na cabeca",
        "dar um tiro em mim", "adeus para sempre", "este e meu adeus", "minha despedida",
        "quando voces lerem isso", "quando lerem isto", "digam a minha familia", "digam aos meus filhos",
        "minha vida acabou", "minha vida nao tem sentido", "viver nao tem sentido",
        "nao ha saida para mim", "nao vejo saida", "cansado de viver", "cansada de viver",
        "dar fim na minha vida", "dar fim a minha vida", "um peso para", "sou um fardo", "sumir do mundo",
        "deixar este mundo", "sair deste mundo", "comprei uma corda", "tenho uma corda",
        "nao quero mais estar aqui", "nao quero estar aqui", "para que viver", "pra que viver",
        "quero sumir", "quero desaparecer", "ninguem sentiria minha falta", "sem esperanca",
        "perdi a esperanca", "perdi toda a esperanca",
    ),
    alone=(
        "vou me mata", "quero me mata", "me mata logo",
    ),
    near=(
        (
            (
                "quero", "qero", "queria", "vou$", "penso", "pensando", "vontade",
            ),
            (
                "matar", "morrer", "morre$", "suic", "enforcar",
            ),
        ),
        (
            (
                "nao", "sem$", "n$",
            ),
            (
                "viver", "vida$",
            ),
        ),
    ),
    harmless=(
        "qualidade de vida", "economias da vida", "economias de uma vida", "economias da minha vida",
        "custo de vida", "seguro de vida", "vida toda", "toda a vida", "toda a minha vida",
        "na minha vida", "ao vivo", "na vida",
    ),
)  # fmt: skip
