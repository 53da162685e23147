"""The panel that lists what looks wrong in the iteration shown."""
