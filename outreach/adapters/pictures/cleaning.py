"""A picture as it came, made anew: only its pixels are kept, and only so many are ever decoded."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from threading import Semaphore

from PIL import Image, ImageOps

from outreach.domain.reporting import Picture

KINDS = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp"}
SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
"""How the three kinds begin: anything else never meets a decoder."""

AT_ONCE = 2
"""Pictures decoded at one time: each may need four bytes a pixel, twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaner:
    """Reads pictures of so many pixels at most, and makes them no wider or higher than `side`."""

    most_pixels: int = 40_000_000
    side: int = 3_000
    room: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))

    def clean(self, raw: bytes) -> Picture | None:
        """The picture, without anything but its pixels; None where it is no picture we take. Never raises.

        Turned as its camera said, and of several frames the first.
        """
        if not raw.startswith(SIGNATURES):
            return None
        with self.room:
            try:
                made = self._made(raw)
            except Exception:  # a decoder raises whatever it likes over what a stranger sent
                return None
        if made is None:
            return None
        kind, content = made
        return Picture(
            kind=kind,
            content=content,
            sha256=sha256(content).hexdigest(),
            original_sha256=sha256(raw).hexdigest(),
        )

    def _made(self, raw: bytes) -> tuple[str, bytes] | None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own measure is below
            with Image.open(BytesIO(raw), formats=tuple(KINDS)) as opened:
                width, height = opened.size  # of the header: nothing is decoded yet
                if not 0 < width * height <= self.most_pixels:
                    return None
                opened.draft("RGB", (self.side, self.side))
                turned = ImageOps.exif_transpose(opened)
                fresh = _pixels(turned, self.side)
                kind = str(opened.format)
        out = BytesIO()
        fresh.save(out, kind, **({"quality": 85} if kind != "PNG" else {}))
        return KINDS[kind], out.getvalue()


def _pixels(picture: Image.Image, side: int) -> Image.Image:
    """A new picture of the same pixels: what stood beside them cannot come along."""
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    plain = picture.convert("RGBA" if has_alpha else "RGB")
    plain.thumbnail((side, side))
    whole = Image.new("RGB", plain.size, "white")
    whole.paste(plain, mask=plain.getchannel("A") if has_alpha else None)
    return whole
