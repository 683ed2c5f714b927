"""The proof: what the issue promises, shown on a fresh clone with its figures, and each proof sabotaged."""
