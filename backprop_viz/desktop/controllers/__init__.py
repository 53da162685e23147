"""What the commands of each menu do: between the window, the session and the user."""
