"""Steps of the run, its settings and data, and what is computed beside it."""
