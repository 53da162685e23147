"""What is kept on disk: sessions and weights. Loading a file never runs code from it."""
