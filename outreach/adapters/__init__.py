"""Whom we talk to: one party a file, strangers to each other."""
