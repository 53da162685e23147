"""The process that trains for the window: loop, run state, session files, samples, publishing."""
