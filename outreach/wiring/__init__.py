"""Settings in, ready engine out: the only room that names concrete classes, the clock and the dice."""

from outreach.wiring.house import House, open_house

__all__ = ["House", "open_house"]
