// Sends the request of a form of the reference, and shows the response below it.

const MOST_CHARACTERS = 200_000;
const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Create an element with attributes and children. */
function create(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Build the address of a request; fields of the path are filled in, empty fields left out. */
function buildUrl(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (path.includes(`{${name}}`)) path = path.replace(`{${name}}`, encodeURIComponent(value.trim()));
    else if (value.trim()) query.append(name, value.trim());
  }
  const text = String(query);
  return new URL(path + (text && "?") + text, location.href);
}

/** Highlight JSON as the examples on the page are. */
function highlight(text) {
  const code = create("code", { class: "highlight" });
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon = "", number] = match;
    const kind = string ? (colon ? "nt" : "s2") : number ? "mi" : "kc";
    code.append(text.slice(end, match.index), create("span", { class: kind }, string ?? whole), colon);
    end = match.index + whole.length;
  }
  code.append(text.slice(end));
  return code;
}

/** Return what shows a body: an image, text, or a link to the file. */
async function showBody(response, blob, labels) {
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("image/")) return [create("img", { src: response.url, alt: response.url })];
  if (!/^text\/|ndjson|[/+](json|xml)/.test(type)) return [create("a", { href: response.url }, labels.open)];
  let text = await blob.text();
  const isJson = /[/+]json/.test(type);
  if (isJson) text = indent(text);
  const shown = text.slice(0, MOST_CHARACTERS);
  const code = isJson ? highlight(shown) : create("code", {}, shown);
  const note = shown.length < text.length ? [create("p", { class: "note" }, labels.cut)] : [];
  return [create("pre", { tabindex: 0 }, code), ...note];
}

/** Indent JSON without reading its numbers, which may have more digits than a number here. */
function indent(text) {
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  return text.replace(/"(?:\\.|[^"\\])*"|[[{]\s*[\]}]|[[{]|[\]}]|,|:/g, (token) => {
    if (token === "{" || token === "[") return (depth++, token + line());
    if (token === "}" || token === "]") return (depth--, line() + token);
    if (token === ",") return token + line();
    return token === ":" ? ": " : token;
  });
}

function createCopy(labels, label, text) {
  return create("copy-text", { "data-text": text, "data-label": label });
}

async function send(form, answer, signal) {
  const labels = form.dataset;
  const url = buildUrl(form);
  const start = performance.now();
  const copies = create(
    "div",
    { class: "copies" },
    createCopy(labels, labels.copy, url.href),
    createCopy(labels, labels.curl, `curl -i '${url.href.replaceAll("'", "%27")}'`),
  );
  const request = [
    create("h3", {}, labels.request),
    create("pre", { tabindex: 0 }, create("code", {}, `GET ${url.href}`)),
    copies,
  ];
  try {
    const response = await fetch(url, { signal });
    const blob = await response.blob();
    const time = Math.round(performance.now() - start);
    const body = await showBody(response, blob, labels);
    signal.throwIfAborted();
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    answer.replaceChildren(
      ...request,
      create(
        "p",
        { class: "summary-line" },
        create("span", { class: response.ok ? "" : "failed" }, `${labels.status}${labels.colon}${response.status} ${response.statusText}`),
        create("span", {}, `${labels.time}${labels.colon}${time} ms`),
        create("span", {}, `${labels.size}${labels.colon}${blob.size.toLocaleString(document.documentElement.lang)} B`),
      ),
      create("details", {}, create("summary", {}, labels.headers), create("pre", { tabindex: 0 }, create("code", {}, headers))),
      create("h3", {}, labels.body),
      ...body,
    );
  } catch {
    // The answer to a newer request is shown, or will be.
    if (signal.aborted) return;
    answer.replaceChildren(...request, create("p", {}, labels.failed));
  }
  answer.hidden = false;
}

for (const form of document.querySelectorAll("form.try")) {
  const answer = form.parentElement.querySelector(".answer");
  let request = null;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    request?.abort();
    request = new AbortController();
    send(form, answer, request.signal);
  });
}
