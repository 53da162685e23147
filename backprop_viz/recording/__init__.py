"""What was recorded: records, history, cursor, cache. numpy only."""
