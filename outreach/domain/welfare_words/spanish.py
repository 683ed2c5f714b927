"""Spanish."""

from __future__ import annotations

from outreach.domain.welfare_words.phrases import Words

WORDS = Words(
    phrases=(
        "suicid", "suisid", "sucid", "matarme", "me mato", "me voy a matar", "quitarme la vida",
        "me quito la vida", "acabar con mi vida", "acabar con todo", "terminar con mi vida",
        "terminar con todo", "poner fin a mi vida", "quiero morir", "kiero morir", "quero morir",
        "quisiera morir", "me quiero morir", "ganas de morir", "ganas de vivir", "deseo morir",
        "prefiero morir", "mejor muert", "estar muert", "estaria muert", "no quiero vivir",
        "no kiero vivir", "no quiero seguir viviendo", "no quiero seguir asi", "no puedo seguir viviendo",
        "no puedo vivir asi", "no puedo mas con", "ya no puedo mas", "no aguanto mas",
        "no vale la pena vivir", "no merece la pena vivir", "sin mi estarian mejor",
        "estarian mejor sin mi", "mejor sin mi", "no tengo razon para vivir",
        "no tengo motivos para vivir", "nada por que vivir", "no despertar", "dormir para siempre",
        "desaparecer para siempre", "ahorcarme", "colgarme", "tirarme de", "tirarme por", "tirarme al",
        "lanzarme del", "saltar del puente", "cortarme", "hacerme dano", "lastimarme", "autolesi",
        "pastillas y acabar", "pegarme un tiro", "sobredosis", "adios para siempre", "este es mi adios",
        "es mi despedida", "cuando lean esto", "cuando leas esto ya", "diganle a mi familia que",
        "diles a mis hijos que", "mi vida se acabo", "mi vida ya no tiene sentido",
        "no tiene sentido vivir", "no hay salida para mi", "cansado de vivir", "cansada de vivir",
        "harto de vivir", "harta de vivir", "una carga para", "soy una carga", "irme de este mundo",
        "dejar este mundo", "compre una soga", "compre una cuerda", "tengo una soga",
        "no quiero estar aqui", "para que vivir", "para que seguir vivi", "quiero desaparecer",
        "nadie me extranaria", "nadie me echaria de menos", "sin esperanza", "perdi toda esperanza",
    ),
    alone=(
        "me mate", "mejor me muero", "me quiero matar",
    ),
    near=(
        (
            (
                "quiero", "kiero", "quisiera", "pienso", "voy", "deseo", "ganas",
            ),
            (
                "matar", "morir", "morirme", "suic", "ahorcar",
            ),
        ),
        (
            (
                "no$", "sin$",
            ),
            (
                "vivir", "vida$",
            ),
        ),
    ),
    harmless=(
        "calidad de vida", "ahorros de mi vida", "ahorros de toda la vida", "costo de vida",
        "costo de la vida", "coste de la vida", "toda la vida", "toda mi vida", "seguro de vida",
        "me mata la curiosidad", "en vivo", "sin vida util", "en mi vida",
    ),
)  # fmt: skip
