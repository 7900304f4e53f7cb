// Starts Swagger UI with the most important tags first; the document sorts them alphabetically.
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
  const index = order.indexOf(tag);
  return index < 0 ? order.length : index;
}
const element = document.getElementById("docs");
SwaggerUIBundle({
  url: element.dataset.document,
  domNode: element,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  tagsSorter: (one, other) => rank(one) - rank(other) || one.localeCompare(other),
  tryItOutEnabled: true,
  validatorUrl: null,
});
