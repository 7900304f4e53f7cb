"""Tests of HTML pages, the guide and the recipes."""
