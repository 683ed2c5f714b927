"""The README tells how the templates were reviewed; the heads of the files decide."""

from __future__ import annotations

import re
from pathlib import Path

from outreach.adapters.renderer import counts

ROOT = Path(__file__).parents[2]


def test_the_readme_counts_the_reviews_as_the_files_say() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("<!-- counts: templates -->")[2].partition("<!-- /counts -->")[0]
    rows = re.findall(r"\| ([\w-]+) \| (\d+) \| (\d+) \| (\d+) \|", table)
    said = {locale: (int(all_of), int(native), int(machine)) for locale, all_of, native, machine in rows}
    found = {
        locale: (sum(reviews.values()), reviews.get("native", 0), reviews.get("machine", 0))
        for locale, reviews in counts(ROOT / "templates").items()
    }

    assert said == found, "the table should be\n" + "\n".join(
        f"  | {locale} | {' | '.join(map(str, numbers))} |" for locale, numbers in found.items()
    )
