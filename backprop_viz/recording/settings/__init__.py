"""What a run is made from, and the numbers that a user may set."""
