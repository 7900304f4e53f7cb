"""Tests of lists, records, search and the SQL behind them."""
