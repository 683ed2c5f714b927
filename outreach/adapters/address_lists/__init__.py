"""Lists of addresses as other parties publish them: read from files and URLs, and written for other firms."""

from outreach.adapters.address_lists.files import ListFiles, ListUrl
from outreach.adapters.address_lists.reading import Shape, rows_in
from outreach.adapters.address_lists.shipped import shipped_allowed
from outreach.adapters.address_lists.writing import write_csv, write_json, write_stix

__all__ = [
    "ListFiles",
    "ListUrl",
    "Shape",
    "rows_in",
    "shipped_allowed",
    "write_csv",
    "write_json",
    "write_stix",
]
