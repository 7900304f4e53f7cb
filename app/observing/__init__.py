"""What an operator sees of the requests: numbers, and a line for each."""
