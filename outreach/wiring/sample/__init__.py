"""The sample feed: invented people and flags to try an installation on, the same for a seed and an hour."""

from outreach.wiring.sample.feed import USERS, Sample, write_sample

__all__ = ["USERS", "Sample", "write_sample"]
