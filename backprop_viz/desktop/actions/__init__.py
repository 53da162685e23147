"""The menus of the window as data, one file each, and the actions that are made of them."""
