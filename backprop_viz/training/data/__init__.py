"""Where batches come from, and which of them an iteration takes."""
