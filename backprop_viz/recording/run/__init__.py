"""What belongs to a run, not to one iteration: its curves, its source, where it stands."""
