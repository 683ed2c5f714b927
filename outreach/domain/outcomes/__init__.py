"""What became of the money: what others tell of it, which level it counts at, and one line an episode."""
