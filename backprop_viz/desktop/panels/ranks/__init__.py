"""The panel that shows the ranks of a run side by side."""
