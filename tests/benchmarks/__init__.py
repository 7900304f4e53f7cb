"""Benchmarks: how fast answers are beside their peers, and how flat they stay as data grows."""
