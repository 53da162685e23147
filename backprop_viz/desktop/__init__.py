"""The window: session, controllers, panels, widgets, style. Qt, no torch."""
