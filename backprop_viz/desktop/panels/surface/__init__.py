"""The panel that shows the loss on a plane through the present weights."""
