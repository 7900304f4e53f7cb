"""Tests of the HTTP parser, connection limits and signals."""
