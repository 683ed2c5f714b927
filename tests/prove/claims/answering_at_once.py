"""A thousand answer on the page while their ladders climb: what is sent to whom after that.

"After" has two meanings, and both are counted. *Written down after*: the attempt's transaction took effect
after the acknowledgment's; the engine promises that there is none. *Handed over after*: the attempt was
written down before, and the sender was given the message after the person had read the page's thanks; each
piece of a batch is looked at again before it goes: what is left was answered between that look and the call.
No order of ours closes that gap (0 or 1 of some 290 in ten runs), so it is a count with a bound, not a zero.
"""

from __future__ import annotations

from tests.engine.answering import answering
from tests.prove.figures import Figure
from tests.prove.ground import Ground


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people on each database."""
    with ground.stores() as stores:
        seen = [answering(store, ground.n) for store in stores.values()]
    answered = sum(one.answered for one in seen)
    handed = sum(one.handed_over for one in seen)
    of = "acknowledgments, on SQLite and PostgreSQL"
    return {
        "attempts written down after the acknowledgment": Figure(
            sum(one.committed_after for one in seen), answered, of
        ),
        "messages handed over after the acknowledgment": Figure(
            sum(one.late for one in seen), handed, "messages handed over while people answered"
        ),
        "answers refused": Figure(sum(one.refused for one in seen), answered, "answers posted"),
        "answers kept": Figure(sum(one.acknowledged for one in seen), answered, of),
        "answers while the ladder climbed": Figure(sum(one.while_climbing for one in seen), answered, of),
    }
