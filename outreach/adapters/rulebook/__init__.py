"""adapters/rulebook."""
