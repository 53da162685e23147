"""The pad for drawing a digit, the network's prediction, training on it, and its saliency."""
