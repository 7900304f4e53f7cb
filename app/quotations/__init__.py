"""Quotations: the numbers of a text beside the published ones, and what differs.

A text is divided into sentences. Each number with its unit, its qualifier, and the words for what
is measured, when, in which countries and by whom is matched with the record of the release. All is
done by rules, so that the same text has the same result.
"""
