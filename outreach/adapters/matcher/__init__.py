"""adapters/matcher."""
