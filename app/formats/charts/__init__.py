"""Charts: one model of a chart, drawn as a Vega-Lite specification, as SVG and as PNG."""
