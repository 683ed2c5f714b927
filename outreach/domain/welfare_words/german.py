"""German."""

from __future__ import annotations

from outreach.domain.welfare_words.phrases import Words

WORDS = Words(
    phrases=(
        "selbstmord", "selbsmord", "suizid", "suicid", "suizit", "freitod", "mich umbringen",
        "mich umbring", "bring mich um", "bringe mich um", "umbringen will", "umzubringen",
        "mir das leben nehmen", "mir mein leben nehmen", "mir was antun", "mir etwas antun",
        "mir was an tun", "mein leben beenden", "leben ein ende", "dem ein ende", "allem ein ende",
        "schluss machen mit dem leben", "mach schluss mit allem", "schluss mit allem", "will sterben",
        "wil sterben", "moechte sterben", "mochte sterben", "wunschte ich ware tot", "ware ich doch tot",
        "ware gern tot", "ware lieber tot", "lieber tot", "besser tot", "tot sein", "tot ware",
        "will nicht mehr leben", "nicht mehr leben", "nimmer leben", "mag nicht mehr leben",
        "will nicht mehr da sein", "nicht mehr da sein", "kann nicht mehr weiter", "kann so nicht weiter",
        "ich kann nicht mehr", "kan nicht mehr", "halte es nicht mehr aus", "halt es nicht mehr aus",
        "keinen sinn mehr", "kein sinn mehr", "keinen grund zu leben", "keinen grund mehr zu leben",
        "nichts wofur ich lebe", "nichts mehr wofur", "lohnt sich nicht zu leben", "ohne mich besser",
        "ohne mich waren alle besser", "ohne mich sind alle besser", "nich mehr leben", "besser ohne mich",
        "nicht mehr aufwachen", "nie mehr aufwachen", "fur immer schlafen", "fur immer einschlafen",
        "fur immer verschwinden", "mich aufhangen", "mich erhangen", "aufhangen werde", "mich erschiessen",
        "kugel geben", "vom dach springen", "von der brucke springen", "vor den zug", "vor einen zug",
        "aus dem fenster springen", "pulsadern", "mich ritzen", "mich schneiden", "mich verletzen",
        "mir weh tun", "mir wehtun", "tabletten schlucken", "uberdosis", "leb wohl fur immer",
        "lebt wohl fur immer", "das ist mein abschied", "abschiedsbrief", "wenn ihr das lest",
        "wenn sie das lesen bin", "sagt meiner familie", "sagen sie meiner familie",
        "mein leben ist vorbei", "mein leben ist zu ende", "leben hat keinen sinn", "leben keinen sinn",
        "keinen ausweg", "kein ausweg", "lebensmude", "mude vom leben", "satt zu leben", "eine last fur",
        "nur eine last", "allen eine last", "allen nur eine last", "nur noch eine last",
        "weg von dieser welt", "diese welt verlassen", "einen strick", "ein seil gekauft",
        "wozu noch leben", "warum noch leben", "wofur noch leben", "wozu leben", "will verschwinden",
        "mochte verschwinden", "niemand wurde mich vermissen", "keine hoffnung mehr",
        "jede hoffnung verloren", "alle hoffnung verloren", "werde mich nicht umbringen", "jumping off",
    ),
    alone=(
        "ich will tot sein", "sterben will ich", "will weg sein fur immer",
    ),
    near=(
        (
            (
                "will$", "wil$", "moechte", "mochte", "wunsche", "wollte", "werde$",
            ),
            (
                "sterben", "umbringen", "umbring", "erhangen", "aufhangen", "tot$", "toten",
            ),
        ),
        (
            (
                "nicht", "nich$", "nie$", "kein", "ohne",
            ),
            (
                "leben$", "weiterleben",
            ),
        ),
        (
            (
                "mich$",
            ),
            (
                "umbring", "toten", "erhang", "aufhang",
            ),
        ),
    ),
    harmless=(
        "lebensversicherung", "ersparnisse meines lebens", "mein leben lang", "ein leben lang", "im leben",
        "leben von", "geld zum leben", "zum leben", "live chat", "in leben", "leben in",
    ),
)  # fmt: skip
