"""Italian."""

from __future__ import annotations

from outreach.domain.welfare_words.phrases import Words

WORDS = Words(
    phrases=(
        "suicid", "suicd", "sucid", "uccidermi", "ucidermi", "mi uccido", "mi uccider", "ammazzarmi",
        "amazzarmi", "mi ammazzo", "farla finita", "falla finita", "farlla finita", "togliermi la vita",
        "mi tolgo la vita", "porre fine alla mia vita", "mettere fine alla mia vita", "finire tutto",
        "mettere fine a tutto", "voglio morire", "vojo morire", "volio morire", "vorrei morire",
        "vorrei essere mort", "preferisco morire", "preferirei morire", "meglio morire", "meglio morto",
        "meglio morta", "essere morto", "essere morta", "non voglio vivere", "non voglio piu vivere",
        "nn voglio piu vivere", "voglia di vivere", "voglia di morire", "non riesco piu a vivere",
        "non posso piu vivere", "non ce la faccio piu", "nn ce la faccio piu", "non ne posso piu",
        "non reggo piu", "non posso andare avanti", "non riesco ad andare avanti",
        "non vale la pena vivere", "non ha senso vivere", "nessun motivo per vivere",
        "nessuna ragione per vivere", "niente per cui vivere", "meglio senza di me",
        "senza di me starebbero", "non svegliarmi", "non risvegliarmi", "dormire per sempre",
        "sparire per sempre", "scomparire per sempre", "impiccarmi", "mi impicco", "buttarmi da",
        "buttarmi sotto", "buttarmi giu", "mi butto da", "mi butto sotto", "saltare dal ponte",
        "tagliarmi", "farmi del male", "farmi male", "autolesion", "spararmi", "mi sparo", "overdose",
        "ingoiare pastiglie", "prendere tutte le pastiglie", "addio per sempre", "questo e un addio",
        "questo e il mio addio", "ultimo messaggio", "quando leggerete", "dite alla mia famiglia",
        "dite ai miei figli", "la mia vita e finita", "mia vita non ha piu senso", "mia vita non ha senso",
        "non ho via d uscita", "non ce via d uscita", "nessuna via d uscita", "stanco di vivere",
        "stanca di vivere", "stufo di vivere", "un peso per", "lasciare questo mondo",
        "andarmene da questo mondo", "comprato una corda", "ho una corda", "a che serve vivere",
        "perche vivere", "a cosa serve vivere", "voglio sparire", "vorrei sparire", "voglio scomparire",
        "nessuno sentirebbe la mia mancanza", "nessuna speranza", "perso ogni speranza",
    ),
    alone=(
        "la faccio finita", "mi faccio fuori",
    ),
    near=(
        (
            (
                "voglio", "vorrei", "penso", "pensando", "voglia", "vado$",
            ),
            (
                "morire", "uccider", "ammazza", "suic", "impicc", "farla$",
            ),
        ),
        (
            (
                "non$", "nn$", "senza", "piu$",
            ),
            (
                "vivere", "vita$",
            ),
        ),
    ),
    harmless=(
        "risparmi di una vita", "risparmi della mia vita", "assicurazione sulla vita", "costo della vita",
        "tutta la vita", "tutta la mia vita", "in vita mia", "nella vita", "della mia vita", "dal vivo",
    ),
)  # fmt: skip
