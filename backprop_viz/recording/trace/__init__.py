"""What torch did in an iteration, as plain data: events, calls, tensors, the graph, the layers."""
