"""Wrong templates are told with code and line; edits nobody chose are told or can be said, never a trace."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.adapters.renderer.mutants import EDITS, Edit, lay_out, made, mutant
from tests.adapters.renderer.test_template_mutants import Bench, look_or_say
from tests.prove.figures import Figure
from tests.prove.ground import Ground


def run(ground: Ground) -> dict[str, Figure]:
    """The table of wrong edits, and `ground.n` mutants by seed, each looked at and, where it passes, said."""
    bench = Bench(lay_out(ground.place("mutants")))
    missed = [edit.name for edit in EDITS if not _is_told(bench, edit)]
    fates: Counter[str] = Counter()
    texts = bench.texts()
    for seed in range(ground.n):
        name, text = mutant(seed, texts)
        (bench.folder / name).write_bytes(text.encode("utf-8"))
        fates[_fate(bench)] += 1
        (bench.folder / name).write_text(texts[name], "utf-8")
    return {
        "wrong edits not told with their code at their line": Figure(len(missed), len(EDITS), "edits"),
        "mutants that ended in a traceback or without a place": Figure(fates["broken"], ground.n, "mutants"),
        "mutants told": Figure(fates["told"], ground.n, "mutants"),
        "mutants that pass and can be said at every worst case": Figure(fates["said"], ground.n, "mutants"),
    }


def _is_told(bench: Bench, edit: Edit) -> bool:
    file = bench.folder / edit.file
    text = file.read_text("utf-8")
    changed, line = made(edit, text)
    file.write_text(changed, "utf-8")
    told = {(p.code, Path(p.file).name, p.line) for p in bench.told()}
    file.write_text(text, "utf-8")
    return (edit.code, file.name, line) in told


def _fate(bench: Bench) -> str:
    try:
        return "said" if look_or_say(bench) else "told"
    except Exception:  # counted: the figure that must be 0
        return "broken"
