"""The window: its session, controllers, panels, widgets and style; it uses Qt and no torch."""
