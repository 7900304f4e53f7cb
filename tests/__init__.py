"""Tests of the seed, the database and the API."""
