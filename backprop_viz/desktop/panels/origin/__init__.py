"""Where does it come from? One number as a sum of terms, and the way to the loss."""
