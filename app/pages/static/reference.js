// Starts Redoc.
const element = document.getElementById("reference");
Redoc.init(
  element.dataset.document,
  {
    expandResponses: "200",
    hideDownloadButtons: true,
    pathInMiddlePanel: true,
    requiredPropsFirst: false,
    scrollYOffset: ".bar",
    theme: {
      colors: { primary: { main: "#0b5394" } },
      typography: {
        fontFamily: "system-ui, sans-serif",
        headings: { fontFamily: "system-ui, sans-serif" },
        code: { fontFamily: "ui-monospace, monospace" },
      },
    },
  },
  element,
);
