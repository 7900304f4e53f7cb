// Search and filters of the static edition: what a service would answer, from a prebuilt index.
import MiniSearch from "./minisearch.js";

const CHINESE = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+/gu;
const MAX_LISTED = 100;

/** Splits a query as app/export/search_index.py splits texts; Chinese words into pairs. */
function splitTerms(text) {
  const words = text.replace(CHINESE, " $& ").match(/\p{N}+(?:[.,]\p{N}+)+|[\p{L}\p{N}]+/gu) ?? [];
  return words.flatMap((word) => {
    if (/[.,]/.test(word)) return [word.replaceAll(",", "")];
    if (!/^[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/u.test(word)) return [stripPlural(foldCase(word))];
    const letters = [...word];
    if (letters.length === 1) return letters;
    return letters.slice(1).map((letter, index) => letters[index] + letter);
  });
}

function foldCase(word) {
  return word.toLowerCase().normalize("NFD").replace(/[^\p{L}\p{N}]/gu, "") || word;
}

function stripPlural(word) {
  if (word.length < 4 || !word.endsWith("s") || word.endsWith("ss")) return word;
  return word.endsWith("ies") ? `${word.slice(0, -3)}y` : word.slice(0, -1);
}

/** Full-width letters and digits as plain ones, without invisible characters, as the service reads a query. */
function normalizeWords(text) {
  return [...text.replace(/\p{Cf}/gu, "")]
    .map((one) => {
      const plain = one.normalize("NFKC");
      return [...plain].length === 1 ? plain : one;
    })
    .join("");
}

/** Splits a query after the patterns of app/db/fulltext.py: without words that join others, if there are others. */
function splitQuery(text, { joining, own }) {
  const separated = text.replace(new RegExp(joining, "giu"), " ").replace(new RegExp(own, "gu"), " $& ");
  const terms = splitTerms(separated);
  return terms.length ? terms : splitTerms(text);
}

/** Shows and hides the records of a page, and lists the other hits. */
class PageFilter {
  constructor(data, base, results, count) {
    Object.assign(this, { data, base, results, count });
    this.index = MiniSearch.loadJS(data.index, {
      fields: ["names", "title", "text"],
      storeFields: ["key", "kind", "title", "url", "display", "note"],
      tokenize: (text) => splitQuery(text, data.patterns),
      processTerm: (term) => term,
      searchOptions: {
        combineWith: "AND",
        boost: { names: 8, title: 4 },
        prefix: (term) => term.length > 2 && /^[a-z]/.test(term),
      },
    });
    this.records = [
      ...this.list("[data-kind=indicator]", "indicator"),
      ...this.list(".actions > li", "action"),
      ...this.list(".outcomes > li", "outcome"),
    ];
    this.areas = this.list("article.area", "priority_area");
    this.shown = new Set([...this.records, ...this.areas].map((one) => one.key));
  }

  list(selector, kind) {
    return [...this.results.querySelectorAll(selector)].map((element) => ({
      element,
      key: `${kind} ${element.dataset.code ?? element.id}`,
    }));
  }

  apply(query) {
    const words = normalizeWords(query.get("q") ?? "").trim();
    const hits = words ? this.index.search(words) : null;
    const keys = hits && new Set(hits.map((hit) => hit.key));
    const isFound = (one) => !keys || keys.has(one.key);
    const matches = (one) =>
      ["topic", "sector"].every((name) => {
        const chosen = query.get(name);
        return !chosen || this.data.filters[one.key]?.[name].includes(chosen);
      });
    for (const one of this.records) one.element.hidden = !(matches(one) && isFound(one));
    this.filterAreas(matches, isFound, query.get("topic") || query.get("sector"));
    for (const part of this.results.querySelectorAll("section, .others .fold")) {
      const items = [...part.querySelectorAll("article, tr[data-kind], .outcomes > li")];
      if (items.length) part.hidden = items.every((item) => item.hidden);
    }
    // What matches is not left folded.
    if (query.size) for (const fold of this.results.querySelectorAll("#results .fold")) fold.open = true;
    const others = hits?.filter((hit) => !this.shown.has(hit.key)) ?? [];
    this.listHits(others);
    this.showCount(others.length);
  }

  /** An area stays if an action does; all its matching actions stay if only the area is found. */
  filterAreas(matches, isFound, isFiltered) {
    const byElement = new Map(this.records.map((one) => [one.element, one]));
    for (const area of this.areas) {
      const actions = [...area.element.querySelectorAll(".actions > li")].map((one) => byElement.get(one));
      if (actions.every((one) => one.element.hidden) && isFound(area)) {
        for (const one of actions) one.element.hidden = !matches(one);
      }
      const isEmpty = !actions.length && !isFiltered && isFound(area);
      area.element.hidden = !isEmpty && actions.every((one) => one.element.hidden);
    }
  }

  listHits(hits) {
    this.results.querySelector("#static-hits")?.remove();
    if (!hits.length) return;
    const section = createElement("section", { id: "static-hits" });
    const list = createElement("ul", { className: "hits" });
    for (const hit of hits.slice(0, MAX_LISTED)) {
      const item = createElement("li");
      const link = createElement("a", { textContent: hit.title, href: new URL(hit.url, this.base) });
      item.append(createElement("span", { className: "topic", textContent: hit.kind }), " ", link);
      if (hit.display) {
        const note = createElement("span", { className: "note", textContent: hit.note });
        item.append(` ${hit.display} `, note);
      }
      list.append(item);
    }
    section.append(createElement("h2", { textContent: this.data.texts.heading }));
    if (hits.length > MAX_LISTED) {
      const textContent = this.data.texts.listed.replace("{}", MAX_LISTED);
      section.append(createElement("p", { className: "note", textContent }));
    }
    section.append(list);
    this.results.querySelector("#results").append(section);
  }

  showCount(others) {
    const shown = { figures: 0, actions: 0, outcomes: 0, hits: others };
    const names = { indicator: "figures", action: "actions", outcome: "outcomes" };
    for (const one of this.records) {
      if (!one.element.hidden) shown[names[one.key.split(" ")[0]]] += 1;
    }
    const parts = Object.entries(shown)
      .filter(([, number]) => number)
      .map(([name, number]) => this.data.counts[name][number === 1 ? 0 : 1].replace("{}", number));
    if (parts.length) this.count.textContent = parts.join(this.data.texts.separator);
    else this.showNothing();
  }

  showNothing() {
    const [before, after] = this.data.texts.nothing.split("{}");
    const link = createElement("a", { textContent: this.data.texts.clear, href: location.pathname });
    this.count.replaceChildren(before, link, after);
  }
}

function createElement(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}

/** Names what is searched for and chosen, as the titles of the service do. */
function nameFilters(form, query) {
  const words = query.get("q")?.trim();
  const chosen = ["topic", "sector"].filter((name) => query.get(name) && form.elements[name].value === query.get(name));
  return [...(words ? [`“${words}”`] : []), ...chosen.map((name) => form.elements[name].selectedOptions[0].text)];
}

/** Lets a form filter the page that contains it; returns a function that applies what is chosen. */
export async function startFilter(form, url, fill, results, count) {
  const read = () => new URLSearchParams(location.search);
  const choose = () => {
    const chosen = ["q", "topic", "sector"].map((name) => [name, form.elements[name].value.trim()]);
    return new URLSearchParams(chosen.filter(([, value]) => value));
  };
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const filter = new PageFilter(await response.json(), response.url, results, count);
  const { title } = document;
  const apply = (query) => {
    // The page in the other language shows the same.
    document.querySelector("nav [hreflang]").search = query;
    document.title = nameFilters(form, query).concat(title).join(" · ");
    filter.apply(query);
  };
  const submit = () => {
    const query = choose();
    const address = `${location.pathname}${query.size ? "?" : ""}${query}`;
    if (address !== location.pathname + location.search) history.pushState(null, "", address);
    apply(query);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener("change", submit);
  addEventListener("popstate", () => {
    fill();
    apply(read());
  });
  apply(read());
  return submit;
}
