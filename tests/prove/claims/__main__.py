"""`python -m tests.prove.claims NAME --n N`: runs one claim here and tells one line of JSON."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import sys
import tempfile
import traceback
from pathlib import Path

import outreach
from tests.prove.figures import LeftOut, MissingPart, Told
from tests.prove.ground import Ground


def main() -> int:
    """Exit 0 where the claim ran to its end; its figures are judged by who asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("claim")
    parser.add_argument("--n", type=int, required=True)
    parser.add_argument("--form", choices=["full", "short"], default="short")
    asked = parser.parse_args()
    with contextlib.redirect_stdout(sys.stderr):
        told = prove(asked.claim, asked.n, asked.form)
    sys.stdout.write(told.as_line() + "\n")
    return 0 if told.ok else 1


def prove(claim: str, n: int, form: str) -> Told:
    """What the claim tells; whatever it dies of is told, too."""
    root = Path.cwd()
    if not Path(outreach.__file__).resolve().is_relative_to(root.resolve()):
        return Told(claim=claim, ok=False, said=f"outreach was imported from elsewhere than {root}")
    with tempfile.TemporaryDirectory(prefix=f"prove-{claim}-", ignore_cleanup_errors=True) as name:
        ground = Ground(n=n, form=form, folder=Path(name), root=root)
        try:
            figures = importlib.import_module(f"tests.prove.claims.{claim}").run(ground)
        except MissingPart as missing:
            return Told(claim=claim, ok=False, said=str(missing))
        except LeftOut as out_of_reach:
            return Told(claim=claim, ok=False, said=str(out_of_reach), left_out=True)
        except Exception as error:  # told as red, with its trace for whoever mends it
            traceback.print_exc()
            return Told(claim=claim, ok=False, said=_in_a_line(error))
    return Told(claim=claim, ok=True, figures=figures)


def _in_a_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


if __name__ == "__main__":
    sys.exit(main())
