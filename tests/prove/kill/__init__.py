"""Killing real daemons: what a provider outside was handed, counted against the feed's input."""
