"""French."""

from __future__ import annotations

from outreach.domain.welfare_words.phrases import Words

WORDS = Words(
    phrases=(
        "suicid", "suiscid", "souicid", "me tuer", "je me tue", "je vais me tuer",
        "mettre fin a mes jours", "metre fin a mes jours", "mettre fin a ma vie", "en finir avec la vie",
        "en finir avec tout", "veux en finir", "veut en finir", "envie d en finir", "envie den finir",
        "vais en finir", "veux mourir", "veut mourir", "veu mourir", "voudrais mourir", "envie de mourir",
        "envi de mourir", "prefere mourir", "prefererais mourir", "mieux mort", "serais mieux morte",
        "etre mort", "plus envie de vivre", "plus envi de vivre", "ne veux plus vivre", "veux plus vivre",
        "ne veux plus etre la", "veux plus etre la", "ne peux plus vivre", "peux plus continuer",
        "ne peux plus continuer", "je n en peux plus", "jen peux plus", "je nen peux plus",
        "raison de vivre", "plus la peine de vivre", "vie ne vaut plus", "mieux sans moi",
        "ne plus me reveiller", "ne pas me reveiller", "dormir pour toujours", "disparaitre pour toujours",
        "disparaitre a jamais", "me pendre", "me jeter d", "me jeter sous", "sauter du pont",
        "sauter par la fenetre", "me jeter du", "me couper les", "m ouvrir les veines",
        "mouvrir les veines", "me faire du mal", "me mutiler", "automutil", "me tirer une balle",
        "overdose", "avaler des cachets", "avaler des medicaments", "adieu pour toujours",
        "c est un adieu", "cest un adieu", "mon dernier message", "quand vous lirez",
        "dites a ma famille que", "dites a mes enfants que", "ma vie est finie", "ma vie est foutue",
        "ma vie n a plus de sens", "ma vie na plus de sens", "plus d issue", "plus aucune issue",
        "fatigue de vivre", "fatiguee de vivre", "marre de vivre", "me foutre en l air",
        "me foutre en lair", "un poids pour", "un fardeau pour", "quitter ce monde", "partir de ce monde",
        "achete une corde", "j ai une corde", "a quoi bon vivre", "a quoi sert de vivre", "pourquoi vivre",
        "veux disparaitre", "voudrais disparaitre", "personne ne me regrett", "plus d espoir",
        "plus aucun espoir", "perdu tout espoir",
    ),
    alone=(
        "j ai envie de crever", "envie de crever", "je veux crever", "je vais me flinguer", "me flinguer",
    ),
    near=(
        (
            (
                "veux", "veut", "veu$", "vais", "voudrais", "envie", "envi$", "pense", "songe",
            ),
            (
                "mourir", "tuer$", "suic", "pendre", "crever",
            ),
        ),
        (
            (
                "plus", "pas$", "sans$",
            ),
            (
                "vivre", "vie$",
            ),
        ),
    ),
    harmless=(
        "economies de ma vie", "economies d une vie", "economies dune vie", "economies de toute une vie",
        "assurance vie", "cout de la vie", "toute ma vie", "gagner ma vie", "de ma vie", "en direct",
        "faire vivre", "ca me tue", "qui me tue",
    ),
)  # fmt: skip
