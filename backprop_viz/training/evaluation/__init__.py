"""The loss and the predictions of samples, without training on them."""
