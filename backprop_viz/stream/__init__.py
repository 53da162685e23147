"""What crosses between processes: frames, typed messages. Knows recording only."""
