"""Tests of output formats, each read by an independent program where one exists."""
