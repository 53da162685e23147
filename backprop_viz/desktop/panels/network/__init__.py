"""The network as layers of maps: activations, weights, gradients; one map large."""
