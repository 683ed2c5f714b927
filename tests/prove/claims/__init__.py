"""The claims: one file each, its name the claim's, `run(ground)` giving figures by name."""
