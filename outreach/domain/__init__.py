"""What we know and how we decide: pure values and functions; no I/O, no clock, no dice, no library."""
