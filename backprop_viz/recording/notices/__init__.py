"""What the user is told, as codes and values: findings in an iteration, and what went wrong."""
