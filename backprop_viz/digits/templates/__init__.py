"""Hand-authored pen strokes that the stroke digits are drawn from."""
