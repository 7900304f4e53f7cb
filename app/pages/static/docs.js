// Starts the viewer in which operations can be tried out.
// The document keeps its tags by the alphabet; a reader begins at the entry point.
const order = [
  "Entry point",
  "Figures",
  "Series",
  "Priority areas",
  "Outcomes",
  "Search",
  "Charts",
  "Downloads",
];
function rank(tag) {
  const place = order.indexOf(tag);
  return place < 0 ? order.length : place;
}
const place = document.getElementById("docs");
SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  tagsSorter: (one, other) => rank(one) - rank(other) || one.localeCompare(other),
  tryItOutEnabled: true,
  validatorUrl: null,
});
