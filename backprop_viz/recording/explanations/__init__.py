"""Where one number of a recording comes from, as plain data."""
