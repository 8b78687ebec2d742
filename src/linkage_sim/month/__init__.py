"""One month of the model: ten phases, each in a file of its own."""
