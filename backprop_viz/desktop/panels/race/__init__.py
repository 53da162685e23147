"""The panel that runs the same net under several settings, side by side."""
