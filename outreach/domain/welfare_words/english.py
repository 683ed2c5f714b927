"""English."""

from __future__ import annotations

from outreach.domain.welfare_words.phrases import Words

WORDS = Words(
    phrases=(
        "suicid", "sucide", "suicde", "suacid", "suiside", "suisid", "soocid", "siucid", "commit sewer",
        "kill myself", "killing myself", "kill my self", "kil me self", "killin myself", "unalive",
        "end my life", "ending my life", "end my own life", "take my life", "take my own life",
        "taking my life", "taking my own life", "end it all", "ending it all", "want to die", "wanna die",
        "wan to die", "want 2 die", "wnat to die", "want too die", "wish i was dead", "wish i were dead",
        "wish i never woke", "rather be dead", "rather die", "better off dead", "better off without me",
        "better without me", "i should die", "i might as well die", "might as well be dead",
        "dont want to live", "do not want to live", "dont wanna live", "dont want to be alive",
        "dont want to be here anymore", "not want to be here any", "dont want to wake up",
        "dont want to exist", "not wake up again", "never wake up", "no reason to live",
        "nothing to live for", "nothing left to live", "no point in living", "no point living",
        "not worth living", "isnt worth living", "life is over", "my life is finished",
        "cant go on living", "cant live anymore", "cant live any more", "cant live like this",
        "cannot live like this", "cant live with this", "cannot live with this", "cannot go on",
        "cant go on", "cant go on anymore", "dont see a way out", "no way out for me", "tired of living",
        "done with life", "give up on life", "giving up on life", "hang myself", "hanging myself",
        "shoot myself", "drown myself", "cut myself", "cutting myself", "hurt myself", "hurting myself",
        "harm myself", "self harm", "jump off", "jump from the", "jump in front of", "overdose",
        "slit my wrist", "goodbye forever", "this is goodbye", "this is my last message",
        "by the time you read this", "wont be here tomorrow", "wont be around much longer",
        "tell my family i love", "tell my kids i love", "tell my wife i love", "tell my husband i love",
        "disappear forever", "sleep forever", "sleep and never", "life insurance pay", "ready to die",
        "going to die tonight", "plan to die", "thinking of dying", "thinking about dying",
        "thoughts of dying", "dead to everyone", "do away with myself", "do something to myself",
        "end myself", "finish myself", "off myself", "jumping off", "jumping from", "jumping in front",
        "wanttodie", "no future for me", "i could die", "nobody would notice if", "no one would notice if",
        "nobody would miss", "no one would miss", "noone would miss", "if i was gone", "if i were gone",
        "bought a rope", "got a rope", "a burden to", "a burden on", "just a burden", "im a burden",
        "leave this world", "gone from this world", "why should i live", "why go on living",
        "whats the point of living", "what is the point of living", "dont want to be here",
        "want to disappear", "want to vanish", "want to be gone", "everything is hopeless", "no hope left",
        "lost all hope",
    ),
    alone=(
        "kms", "ctb", "i want die", "i am going to die", "im going to die", "let me die", "i must die",
    ),
    near=(
        (
            (
                "kill", "kl$", "klil", "hang$", "shoot", "drown", "hurt", "harm", "cut$", "stab", "poison",
                "end$", "ending",
            ),
            (
                "myself", "mysef", "myslef", "mself", "meself", "mysel$",
            ),
        ),
        (
            (
                "end$", "ending", "ended", "take$", "taking", "finish", "leave",
            ),
            (
                "life$", "existence",
            ),
        ),
        (
            (
                "pills", "tablets", "bridge", "rope", "gun$", "train$",
            ),
            (
                "myself", "goodbye", "forever", "enough",
            ),
        ),
        (
            (
                "want$", "wish", "wanna", "hope", "better", "ready",
            ),
            (
                "die$", "dying", "dead$", "death",
            ),
        ),
        (
            (
                "dont", "not$", "cant", "cannot", "no$", "nothing", "never",
            ),
            (
                "live$", "alive", "wakeup", "living",
            ),
        ),
    ),
    harmless=(
        "life savings", "life saving", "life insurance", "life changing", "dead line", "live chat",
        "live support", "live account", "live trading", "live price", "live in", "live with my",
        "not live", "live video", "live call", "cost of living", "make a living", "making a living",
        "for a living", "living in", "living room", "die hard", "cut my losses", "hurt my feelings",
        "live stream", "dead link", "dead end",
    ),
)  # fmt: skip
