"""The run that is shown: commands to its worker, its recordings, the cursor over their events."""
