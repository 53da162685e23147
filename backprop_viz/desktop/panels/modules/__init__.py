"""The modules of the network as a tree."""
