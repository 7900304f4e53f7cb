"""Descriptions of the data set: catalogues, feeds, citations, llms.txt, sitemap."""
