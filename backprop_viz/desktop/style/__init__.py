"""How things look and are written: themes, images of arrays, numbers, the box around a panel."""
