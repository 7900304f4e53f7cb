"""The data set as tools for language models, by the Model Context Protocol."""
