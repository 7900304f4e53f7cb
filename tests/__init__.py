"""Tests, one package for each package of `app`, and the tools that renew recorded files."""
