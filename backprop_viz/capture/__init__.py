"""Records what torch does in an iteration. Any model, any loop."""
