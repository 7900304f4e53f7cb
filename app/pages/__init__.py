"""HTML pages: templates, static files, recipes, the guide, and the code that renders them."""
