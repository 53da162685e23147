"""The progress of an iteration: the five phases, the timeline of events, the kept iterations."""
