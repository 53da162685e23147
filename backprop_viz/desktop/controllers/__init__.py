"""What the menus' commands do, one controller per subject; they connect window and session."""
