"""Tests of the entry points and of machine-readable descriptions of the service."""
