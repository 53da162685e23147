"""Fields that numbers are typed in."""
