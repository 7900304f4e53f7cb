"""Tests of seed files, their validation, the build and the history of releases."""
