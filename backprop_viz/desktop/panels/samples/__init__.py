"""The samples window: a grid of samples, the confusion matrix, and one sample in detail."""
