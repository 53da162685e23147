"""What an iteration has come to so far: events, operations, batches, spans."""
