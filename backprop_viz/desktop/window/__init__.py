"""The main window: its toolbar, its docks, the layouts that they can have."""
