"""The network, its training and the recording of it. Knows torch, knows nothing of Qt."""
