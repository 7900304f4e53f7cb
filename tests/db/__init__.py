"""Tests of models, statements and both kinds of database."""
