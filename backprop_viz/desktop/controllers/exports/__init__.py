"""What leaves the program as a file: numbers, pictures, animations, pages, scripts."""
