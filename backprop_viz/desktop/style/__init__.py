"""How things look and are written: colours by role, pictures of arrays, numbers, panels."""
