/*
 * <bri-figure code="goods-trade" lang="en" period="2024">fallback</bri-figure>
 *
 * Shows the newest official figure of an indicator or a series, or that of a period, with its
 * qualifier, period, countries counted and source, its growth with the source of the growth, and the
 * notes on both, and says where other published numbers differ.
 * Until it has been fetched, and if that fails, the content of the element is shown; an empty
 * element then says that it has failed. This script also adapts the height of embedded frames.
 *
 * Attributes: code, of an indicator or a series; lang (en or zh; by default the language of the page); period (2024,
 * 2024-01/2024-11, 2024-06-30); release, which pins the figure and its links; base, the address of the service if
 * this script is not loaded from it.
 * Parts for ::part(): name, display, period, coverage, growth, growth-source, note, contradiction, source, link,
 * failure.
 * Event: bri-figure-error.
 */
(() => {
  const SCRIPT = document.currentScript?.src;
  const SERVICE = SCRIPT ? new URL("..", SCRIPT).href : document.baseURI;
  const TEXTS = {
    en: { source: "Source: ", comma: ", ", colon: ": ", open: " (", close: ")", differs: "Published differently elsewhere", absent: "No such figure is recorded.", failed: "The figure cannot be shown here.", space: " ", site: "Belt and Road Cooperation Indicators" },
    zh: { source: "来源：", comma: "，", colon: "：", open: "（", close: "）", differs: "另有不同的公布数据", absent: "未收录该数据。", failed: "此处无法显示该数据。", space: "", site: "共建“一带一路”经贸合作指标" },
  };
  const STYLE = `
    :host { display: block; margin-block: 1em; line-height: 1.45; }
    :host([hidden]) { display: none; }
    p { margin: 0; }
    a { color: inherit; }
    [part="display"] { font-size: 2em; font-weight: 700; line-height: 1.2; font-variant-numeric: tabular-nums; }
    .note { font-size: .875em; opacity: .8; }
    @media print { .note { opacity: 1; } }
  `;

  /** The first and the last day of a period, as observations state them. */
  function parsePeriod(text) {
    const [first, last = first] = text.split("/");
    const complete = (part, isEnd) => {
      const [year, month = isEnd ? "12" : "01", day] = part.split("-");
      const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
      return [year, month, day ?? (isEnd ? String(lastDay) : "01")].join("-");
    };
    return { start: complete(first, false), end: complete(last, true) };
  }

  /** What the service does not have: an unknown code or release, or no figure for the period. */
  class AbsentError extends Error {}

  async function fetchJson(url) {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (response.ok) return response.json();
    // Only the service describes problems; a static edition is on another server.
    const isProblem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
    const isAbsent = isProblem && [404, 422].includes(response.status);
    const error = new (isAbsent ? AbsentError : Error)(`${url}: ${response.status}`);
    throw Object.assign(error, { isProblem });
  }

  /** An element with a text, and perhaps a link; nothing from the service is read as HTML. */
  function create(name, part, text, href) {
    const element = document.createElement(name);
    if (part) element.part = part;
    element.textContent = text;
    if (href && /^https?:/.test(href)) element.href = href;
    return element;
  }

  /** The source of a figure or of its growth, as a link if it has an address. */
  function createSource(part, { source, citation }) {
    return create(source.address ? "a" : "span", part, citation.full, source.address);
  }

  class BriFigure extends HTMLElement {
    static observedAttributes = ["code", "lang", "period", "release", "base"];

    constructor() {
      super();
      this.attachShadow({ mode: "open" }).append(document.createElement("slot"));
      // Not a style element, which the policy of the page may forbid.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.shadowRoot.adoptedStyleSheets = [sheet];
    }

    connectedCallback() {
      this.update();
    }

    attributeChangedCallback() {
      if (this.isConnected) this.update();
    }

    get language() {
      const chosen = this.closest("[lang]")?.lang ?? navigator.language;
      return chosen.toLowerCase().startsWith("zh") ? "zh" : "en";
    }

    get service() {
      const base = this.getAttribute("base");
      return base ? `${base.replace(/\/+$/, "")}/` : SERVICE;
    }

    /** Show the figure; attributes that are set one after another lead to one request. */
    update() {
      this.pending ??= Promise.resolve().then(async () => {
        this.pending = null;
        const request = (this.request = {});
        const language = this.language;
        try {
          const observation = await this.read(language);
          if (this.request === request) this.show(observation, language);
        } catch (error) {
          if (this.request !== request) return;
          this.showFailure(error, language);
          this.dispatchEvent(new CustomEvent("bri-figure-error", { detail: error }));
        }
      });
    }

    /** The path of the record below /v1; only the codes of series have dots. */
    get path() {
      const code = this.getAttribute("code") ?? "";
      return `${code.includes(".") ? "series" : "indicators"}/${encodeURIComponent(code)}`;
    }

    async read(language) {
      const query = new URLSearchParams({ lang: language });
      const release = this.getAttribute("release");
      this.isStatic = false;
      if (release) query.set("release", release);
      const path = this.path;
      const record = await fetchJson(`${this.service}v1/${path}?${query}`).catch((error) => {
        // A static edition has files instead.
        if (release || error.isProblem) throw error;
        this.isStatic = true;
        return fetchJson(`${this.service}${language}/v1/${path}.json`);
      });
      const period = this.getAttribute("period");
      const found = record.points
        ? this.findPoint(record, period)
        : await this.findObservation(record, period, query);
      if (!found) throw new AbsentError(`${path} has no figure for ${period ?? "any period"}`);
      return found;
    }

    findPoint({ points }, period) {
      if (!period) return points.at(-1);
      const span = parsePeriod(period);
      return points.find(({ period: { start, end } }) => start === span.start && end === span.end);
    }

    async findObservation(indicator, period, query) {
      const { headline, latest } = indicator;
      const newest = latest?.observation ?? headline;
      if (!period) return newest;
      const span = parsePeriod(period);
      const filters = { indicator: indicator.code, since: span.start, until: span.end, limit: "1000" };
      for (const [name, value] of Object.entries(filters)) query.set(name, value);
      const { items } = await fetchJson(`${this.service}v1/observations?${query}`);
      const series = [headline?.series, newest?.series];
      const rank = (one) => [!series.includes(one.series), one.unit.code !== indicator.unit.code];
      return items
        .filter(({ period: { start, end } }) => start === span.start && end === span.end)
        .sort((one, other) => String(rank(one)).localeCompare(String(rank(other))))[0];
    }

    show(observation, language) {
      const texts = TEXTS[language];
      const { name } = observation.indicator;
      const page = this.path;
      const query = new URLSearchParams({ lang: language });
      const release = this.getAttribute("release");
      if (release) query.set("release", release);
      const url = `${this.service}${this.isStatic ? `${language}/${page}.html` : `${page}?${query}`}`;
      const context = document.createElement("p");
      context.append(
        create("span", "period", observation.period.label),
        texts.comma,
        create("span", "coverage", observation.coverage.name),
      );
      const { growth } = observation;
      const change = document.createElement("p");
      if (growth) change.append(create("span", "growth", growth.display));
      if (growth && growth.citation.full !== observation.citation.full) {
        const origin = create("span", "", texts.open);
        origin.className = "note";
        origin.append(createSource("growth-source", growth), texts.close);
        change.append(origin);
      }
      const contradictions = [observation.contradiction, growth?.contradiction].filter(
        (one, index, all) => one && all.findIndex((other) => other?.code === one.code) === index,
      );
      const differences = contradictions.map(({ code, reason }) => {
        const difference = create("p", "contradiction", "");
        difference.append(create("a", "", texts.differs, `${url}#${code}`), texts.colon, reason);
        return difference;
      });
      const notes = [growth?.note, observation.note].filter(Boolean).map((note) => create("p", "note", note));
      const source = document.createElement("p");
      source.append(
        texts.source,
        createSource("source", observation),
        " · ",
        create("a", "link", texts.site, `${url}#${observation.id}`),
      );
      const remarks = [...notes, ...differences, source];
      for (const remark of remarks) remark.className = "note";
      const shown = [create("p", "name", name), create("p", "display", observation.display), context];
      this.shadowRoot.replaceChildren(...shown, ...(growth ? [change] : []), ...remarks);
      this.dataset.shown = observation.id;
    }

    /** Show the content of the element, or in an empty one what is wrong. */
    showFailure(error, language) {
      delete this.dataset.shown;
      if (this.childElementCount || this.textContent.trim()) {
        this.shadowRoot.replaceChildren(document.createElement("slot"));
        return;
      }
      const texts = TEXTS[language];
      const sentence = create("p", "failure", error instanceof AbsentError ? texts.absent : texts.failed);
      sentence.className = "note";
      sentence.append(texts.space, create("a", "link", texts.site, `${this.service}?lang=${language}`));
      this.shadowRoot.replaceChildren(sentence);
    }
  }

  if (!customElements.get("bri-figure")) customElements.define("bri-figure", BriFigure);

  // Frames of the service send { type: "bri-embed-height", height } whenever their height changes.
  addEventListener("message", ({ data, origin, source }) => {
    if (origin !== new URL(SERVICE).origin || data?.type !== "bri-embed-height") return;
    const height = Number(data.height);
    if (!(height > 0 && height < 100000)) return;
    for (const frame of document.querySelectorAll("iframe")) {
      if (frame.contentWindow === source) frame.style.height = `${height}px`;
    }
  });
  // Those that have sent it before this script was there are asked again.
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.src.startsWith(`${SERVICE}embed/`)) frame.contentWindow.postMessage({ type: "bri-embed-query" }, "*");
  }
})();
