"""What hears of it when torch does something, each of one kind of thing."""
