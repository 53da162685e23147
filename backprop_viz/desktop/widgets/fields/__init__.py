"""Fields for typing numbers."""
