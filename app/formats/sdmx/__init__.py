"""Figures and their structure by SDMX: XML, JSON and CSV from one table of components."""
