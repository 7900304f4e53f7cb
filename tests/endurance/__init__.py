"""Endurance tests, which take minutes and are started by hand."""
