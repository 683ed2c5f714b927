"""Outreach: the right person warned, on a channel that reaches them, before the money leaves, with proof."""
