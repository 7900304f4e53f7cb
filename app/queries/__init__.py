"""The only SELECTs that serve requests: Core statements in, plain nested values out."""
