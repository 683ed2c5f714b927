"""Settings in, ready engine out: the only room that names concrete classes, the clock and the dice."""

from outreach.wiring.house import House, open_house
from outreach.wiring.workshop import check_rules, check_templates, test_rules

__all__ = ["House", "check_rules", "check_templates", "open_house", "test_rules"]
