"""The window's menus as data, one file each, and the actions made of them."""
