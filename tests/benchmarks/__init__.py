"""Benchmarks: speed compared with other servers, and response times as data grows."""
