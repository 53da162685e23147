"""The built-in example: LeNet, the data sets, images as digits, and preparing drawings."""
