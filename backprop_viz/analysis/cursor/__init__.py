"""Where the cursor goes, and where it stops."""
