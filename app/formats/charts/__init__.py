"""Pictures of figures: one description, one Vega-Lite specification, SVG and PNG."""
