"""Evidence packs: the same case makes the same bytes, and one changed byte is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from fpdf import FPDF

from outreach.adapters.evidence_pack import fonts, verify, write
from outreach.adapters.evidence_pack.paper import paper
from outreach.domain.evidence_piece import Pack, Piece, canonical, last_moment

NOW = datetime(2027, 3, 1, 12, 30, 5, 123456, tzinfo=UTC)


def a_pack(*texts: str) -> Pack:
    pieces = [Piece(kind="message", at=NOW, told={"n": n, "text": text}) for n, text in enumerate(texts, 1)]
    case = Piece(kind="case", at=NOW, told={"id": "abc", "customer": "user-1"})
    return Pack(firm="Acme", case="ABCD1234", audience="police", as_of=NOW, pieces=[case, *pieces])


def test_the_same_case_makes_the_same_bytes(tmp_path: Path) -> None:
    seals = [write(a_pack("hello", "žluťoučký"), tmp_path / name) for name in ("one", "two")]
    files = [{p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two")]

    assert seals[0] == seals[1]
    assert files[0] == files[1]
    assert set(files[0]) == {"case.json", "case.pdf", "manifest.json", "manifest.sha256"}
    assert verify(tmp_path / "one", seals[0]) == []


@pytest.mark.parametrize("name", ["case.json", "case.pdf", "manifest.json", "manifest.sha256"])
def test_one_changed_byte_is_found_wherever_it_is(tmp_path: Path, name: str) -> None:
    write(a_pack("hello"), tmp_path / "pack")
    place, dice = tmp_path / "pack" / name, Random(5)
    whole = place.read_bytes()
    for _ in range(40):
        at = dice.randrange(len(whole))
        place.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << dice.randrange(8))]) + whole[at + 1 :])
        assert verify(tmp_path / "pack") != []
    place.write_bytes(whole)

    assert verify(tmp_path / "pack") == []


def test_a_file_that_is_missing_or_too_many_is_found(tmp_path: Path) -> None:
    write(a_pack("hello"), tmp_path / "pack")
    (tmp_path / "pack" / "more.txt").write_text("x")
    more = verify(tmp_path / "pack")
    (tmp_path / "pack" / "more.txt").unlink()
    (tmp_path / "pack" / "case.pdf").unlink()

    assert more == ["more.txt is no part of a pack"]
    assert verify(tmp_path / "pack") == ["case.pdf is missing"]


def test_a_pack_that_was_made_anew_is_found_by_the_hash_that_was_told(tmp_path: Path) -> None:
    told = write(a_pack("we warned you"), tmp_path / "true")
    write(a_pack("we never warned you"), tmp_path / "false")

    assert verify(tmp_path / "false") == []
    assert verify(tmp_path / "false", told) == ["manifest.json does not have the hash that was given"]


def test_nothing_is_written_over_what_lies_there(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")

    with pytest.raises(FileExistsError):
        write(a_pack("hello"), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_without_any_font_the_paper_says_that_the_exact_text_is_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", ())
    chosen = fonts.choose("Zoë مرحبا 你好", [])
    made = paper(a_pack("Zoë مرحبا नमस्ते 你好 \x00\u202e"), [])

    assert (chosen.files, chosen.lacking) == ((), frozenset("مرحبا你好"))
    assert made.startswith(b"%PDF")


def test_a_font_that_is_none_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "bad.ttf").write_bytes(b"no font")

    assert tmp_path / "bad.ttf" not in fonts.choose("a", [tmp_path / "bad.ttf"]).files


def test_a_piece_is_hashed_in_one_form_whatever_the_order_of_its_values() -> None:
    assert canonical({"b": 1, "a": "ž"}) == canonical({"a": "ž", "b": 1}) == '{"a":"ž","b":1}\n'.encode()


@pytest.mark.parametrize("sign", ["€", "’", "–", "…", "ž"])
def test_without_any_font_a_sign_that_latin_1_lacks_breaks_no_paper(
    sign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", ())

    assert paper(replace(a_pack(f"4,200 {sign}"), firm=f"Bank {sign}", audience=f"x{sign}"), [])


@pytest.mark.parametrize(
    "text", ["\n" * 2_000, "." * 4_000, "😀 " * 1_000, "Z" + "\u0301" * 1_500, "ب." * 900]
)
def test_no_text_that_a_person_may_send_breaks_the_paper(text: str) -> None:
    assert paper(a_pack(text), []).startswith(b"%PDF")


def test_long_texts_are_drawn_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(FPDF, "multi_cell", lambda self, w, h, text, **how: drawn.append(text))
    words = " ".join(f"word{n}" for n in range(900)) + "\n\nend " + "x" * 2_000
    paper(a_pack(words), [])

    assert "".join("".join(drawn).split()).count("".join(words.split())) == 1
    assert max(map(len, drawn)) <= 500


def test_a_pack_is_as_of_the_last_thing_that_it_tells() -> None:
    later = NOW + timedelta(days=2)
    pieces = [Piece(kind="freeze", at=NOW, told={"answered_at": later.isoformat(), "state": "answered"})]

    assert last_moment(pieces) == later


def test_what_was_begun_and_broken_off_leaves_no_half_pack_and_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path.write_bytes

    def dies(self: Path, content: bytes) -> int:
        if self.name == "manifest.json":
            raise KeyboardInterrupt
        return whole(self, content)

    monkeypatch.setattr(Path, "write_bytes", dies)
    with pytest.raises(KeyboardInterrupt):
        write(a_pack("hello"), tmp_path / "pack")
    left = {path.name for path in (tmp_path / "pack").iterdir()}
    monkeypatch.setattr(Path, "write_bytes", whole)
    seal = write(a_pack("hello"), tmp_path / "pack")

    assert not left & {"case.json", "case.pdf", "manifest.json", "manifest.sha256"}
    assert verify(tmp_path / "pack", seal) == []
