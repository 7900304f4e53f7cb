"""Descriptions of the data set for catalogues, search engines, feed readers and programs."""
