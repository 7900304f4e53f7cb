"""Trials that take minutes: kills, swaps, long load; each is a command that tells its counts."""
