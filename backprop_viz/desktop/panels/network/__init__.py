"""The network as layers of maps: activations, weights or gradients, and one map enlarged."""
