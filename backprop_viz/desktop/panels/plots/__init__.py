"""The plots: loss and accuracy over the iterations, and the gradient flow by parameter."""
