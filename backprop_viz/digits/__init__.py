"""The built-in example: LeNet, stroke digits, MNIST, images as digits, drawings made ready."""
