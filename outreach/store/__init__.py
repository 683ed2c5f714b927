"""What we remember: tables, transactions (verbs, domain types in and out) and read-only questions."""
