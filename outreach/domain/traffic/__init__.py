"""Traffic: what goes by which provider, and when. Pure; the store keeps what all processes share."""
