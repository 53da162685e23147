"""What crosses between processes: typed commands and messages. Knows recording only."""
