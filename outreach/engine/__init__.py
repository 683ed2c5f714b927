"""What we do: one file a stage, and the ports through which a stage reaches the world."""
