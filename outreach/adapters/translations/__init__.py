"""Translations: the templates as PO files for translators, and back, without touching what is not a text.

texts (where each text stands in its file) ─▶ extract ─▶ PO ─▶ reading ─▶ merge ─▶ files
made_from: what each translation was made from, so that a changed source makes it stale
"""

from outreach.adapters.translations.extract import Extracted, extract
from outreach.adapters.translations.made_from import file_of, freshened, read_made, stale, written_down
from outreach.adapters.translations.merge import Merged, merge
from outreach.adapters.translations.shelf import is_known, locales_in

__all__ = [
    "Extracted",
    "Merged",
    "extract",
    "file_of",
    "freshened",
    "is_known",
    "locales_in",
    "merge",
    "read_made",
    "stale",
    "written_down",
]
