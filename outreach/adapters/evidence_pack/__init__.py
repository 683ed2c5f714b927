"""Evidence packs: a case as JSON and PDF with the hash of each piece, written and verified."""

from outreach.adapters.evidence_pack.folder import verify, write

__all__ = ["verify", "write"]
