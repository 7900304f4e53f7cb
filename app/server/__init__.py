"""The server protocol: time-outs, limits, and cached responses sent from the parser."""
