"""Where a recorded number comes from: its terms, by derivatives in float64. Any operation."""
