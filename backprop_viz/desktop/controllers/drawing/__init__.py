"""The pad: drawing on it, bringing images onto it, training on the drawing."""
