"""Runs of somebody's own loop: scripts, recording files and other windows."""
