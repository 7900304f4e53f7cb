// The interactive chart of an indicator. The server writes all texts; numbers only place marks.

const DAY = 86_400_000;
const COLOURS = 6;
const MARK = 5;
/** How far the line of a break goes beyond the points on its sides. */
const REACH = 28;
const SHAPES = [
  "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0Z",
  "M-4.5,-4.5H4.5V4.5H-4.5Z",
  "M0,-6L6,0L0,6L-6,0Z",
  "M0,-6L5.5,4.5H-5.5Z",
];
const HATCHED = ["nearly", "about"];
const CHEVRONS = "M-5,-3l5,-4l5,4M-5,-8l5,-4l5,4";
/** How far the edges of a bar with an open end stay below it. */
const NOTCH = 7;
/** The widest bar, and the width of a digit, in pixels. */
const WIDEST = 64;
const DIGIT = 7.5;
/** The width of a printed page without its margins, in pixels. */
const PAPER = 660;

function create(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function createHtml(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** A group of series on one scale, drawn as lines or bars over time. */
class Plot {
  constructor(group, [start, end], size, texts) {
    Object.assign(this, { group, start, end, ...size, texts });
    const widest = Math.max(...group.ticks.map(([, label]) => label.length));
    this.left = 10 + widest * DIGIT;
    this.right = this.width - 10;
    this.top = 34;
    this.bottom = this.height - 26;
    const [lowest, highest] = [group.ticks[0][0], group.ticks.at(-1)[0]];
    this.x = (time) => this.left + ((time - start) / (end - start)) * (this.right - this.left);
    this.y = (value) => this.bottom - ((value - lowest) / (highest - lowest)) * (this.bottom - this.top);
    this.svg = create("svg", { width: this.width, height: this.height, viewBox: `0 0 ${this.width} ${this.height}`, "aria-hidden": true });
    this.labels = [];
    this.place();
    this.drawAxes();
    if (!group.line) this.measureBars();
    for (const series of group.series) this.drawSeries(series);
    for (const point of [...this.points].reverse()) this.drawLabel(point);
    this.ring = create("circle", { r: MARK + 4, class: "ring", visibility: "hidden" });
    this.svg.append(this.ring);
    this.build();
  }

  /** Places each point: a total in the middle of its period, all others on their last day. */
  place() {
    this.points = this.group.series.flatMap((series) =>
      series.points.map((point) => {
        const [from, to] = [Date.parse(point.from), Date.parse(point.to) + DAY];
        return { ...point, series, from, to, x: this.x(this.group.flow ? (from + to) / 2 : to), y: this.y(point.value) };
      }),
    );
    this.points.sort((one, other) => one.x - other.x);
  }

  drawAxes() {
    for (const [value, label] of this.group.ticks) {
      const y = this.y(value);
      this.svg.append(
        create("line", { x1: this.left, x2: this.right, y1: y, y2: y, class: value ? "grid" : "zero" }),
        create("text", { x: this.left - 6, y: y + 4, "text-anchor": "end" }, label),
      );
    }
    const years = [];
    for (let year = new Date(this.start).getUTCFullYear(); Date.UTC(year) < this.end; year++) years.push(year);
    const slot = (this.right - this.left) / years.length;
    const every = Math.ceil((4 * DIGIT + 8) / slot);
    for (const [index, year] of years.entries()) {
      const x = this.x(Date.UTC(year));
      this.svg.append(create("line", { x1: x, x2: x, y1: this.bottom, y2: this.bottom + 5, class: "zero" }));
      if ((years.length - 1 - index) % every) continue;
      this.svg.append(create("text", { x: x + slot / 2, y: this.bottom + 18, "text-anchor": "middle" }, String(year)));
    }
  }

  /** Puts bars of the same period side by side. */
  measureBars() {
    for (const point of this.points) {
      const beside = this.points.filter((one) => one.from === point.from && one.to === point.to);
      const room = (this.x(point.to) - this.x(point.from)) * 0.8;
      const width = Math.max(3, Math.min(room, WIDEST * beside.length) / beside.length);
      point.shift = (beside.indexOf(point) - (beside.length - 1) / 2) * width;
      point.width = Math.max(2, width - 2);
    }
    for (const point of this.points) point.x += point.shift;
  }

  drawSeries(series) {
    const own = this.points.filter((point) => point.series === series);
    const layer = create("g", { class: `series c${series.index % COLOURS}` });
    for (const [index, point] of own.entries()) {
      const previous = own[index - 1];
      if (!previous) continue;
      if (!point.comparable) layer.append(this.drawBreak(previous, point));
      else if (point.connected && (this.group.line || point.gap)) {
        layer.append(create("line", { x1: previous.x, y1: previous.y, x2: point.x, y2: point.y, class: point.gap ? "gap" : "line" }));
      }
    }
    for (const point of own) layer.append(...(this.group.line ? this.drawMark(point) : this.drawBar(point)));
    this.svg.append(layer);
  }

  drawBreak(previous, point) {
    const x = (previous.x + point.x) / 2;
    const heights = [previous.y, point.y];
    const [top, bottom] = [Math.min(...heights) - REACH, Math.max(...heights) + REACH];
    return create("line", { x1: x, x2: x, y1: Math.max(top, 0), y2: Math.min(bottom, this.bottom), class: "break" });
  }

  drawMark(point) {
    const at = `translate(${point.x},${point.y})`;
    const shape = SHAPES[point.series.index % SHAPES.length];
    const marks = [create("path", { d: shape, transform: at, class: HATCHED.includes(point.qualifier) ? "mark open" : "mark" })];
    if (HATCHED.includes(point.qualifier)) marks.push(create("path", { d: "M-4,2L2,-4M-2,4L4,-2", transform: at, class: "hatch" }));
    if (point.qualifier === "over") marks.push(create("path", { d: CHEVRONS, transform: `translate(${point.x},${point.y - 4})`, class: "hatch" }));
    return marks;
  }

  drawBar(point) {
    const left = point.x - point.width / 2;
    const right = point.x + point.width / 2;
    const base = this.y(0);
    if (point.qualifier === "over") {
      return [
        create("path", { d: `M${left},${base}V${point.y + NOTCH}L${point.x},${point.y}L${right},${point.y + NOTCH}V${base}Z`, class: "bar" }),
        create("path", { d: CHEVRONS, transform: `translate(${point.x},${point.y})`, class: "hatch" }),
      ];
    }
    const bar = create("path", { d: `M${left},${base}V${point.y}H${right}V${base}Z`, class: HATCHED.includes(point.qualifier) ? "bar open" : "bar" });
    if (!HATCHED.includes(point.qualifier)) return [bar];
    const hatch = [];
    const [top, bottom] = [Math.min(point.y, base), Math.max(point.y, base)];
    for (let y = top + 6; y < bottom + point.width; y += 6) {
      const [x1, y1] = y > bottom ? [left + y - bottom, bottom] : [left, y];
      const [x2, y2] = y - point.width < top ? [left + y - top, top] : [right, y - point.width];
      hatch.push(`M${x1},${y1}L${x2},${y2}`);
    }
    return [bar, create("path", { d: hatch.join(""), class: "hatch" })];
  }

  /** Writes a number above its mark where there is room: first that of the newest point. */
  drawLabel(point) {
    const half = (point.number.length * DIGIT) / 2;
    const y = point.y - (point.qualifier === "over" ? 20 : MARK + 5);
    const x = Math.min(point.x, this.right - half + 8);
    const isFree = this.labels.every((one) => Math.abs(one.x - x) > one.half + half + 4 || Math.abs(one.y - y) > 16);
    const hidden = this.points.some((one) => one !== point && Math.abs(one.x - x) < half + MARK && one.y < y + 8 && one.y > y - 18);
    if (!isFree || hidden) return;
    this.labels.push({ x, y, half });
    this.svg.append(create("text", { x, y, "text-anchor": "middle", class: "value-label" }, point.number));
  }

  build() {
    this.tip = createHtml("div", "tip");
    this.tip.hidden = true;
    this.area = createHtml("div", "plot", this.svg, this.tip);
    this.area.tabIndex = 0;
    this.area.setAttribute("role", "application");
    this.area.setAttribute("aria-label", this.texts.label + this.group.name);
    this.area.setAttribute("aria-describedby", this.texts.hint);
    for (const name of ["pointermove", "pointerdown"]) this.area.addEventListener(name, (event) => this.point(event));
    // A finger leaves when it is lifted; what it showed stays until another place is touched.
    this.area.addEventListener("pointerleave", (event) => event.pointerType === "touch" || this.area.matches(":focus-visible") || this.hide());
    this.area.addEventListener("focus", () => this.area.matches(":focus-visible") && this.show(this.points.at(-1), true));
    this.area.addEventListener("blur", () => this.hide());
    this.area.addEventListener("keydown", (event) => this.move(event));
    this.element = createHtml("figure", "group-plot", createHtml("h3", "", this.group.name), this.buildLegend(), this.area);
  }

  buildLegend() {
    const legend = createHtml("ul", "legend");
    for (const { index, name } of this.group.series) {
      const swatch = create("svg", { width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": true, class: `series c${index % COLOURS}` });
      swatch.append(create("path", { d: this.group.line ? SHAPES[index % SHAPES.length] : SHAPES[1], class: "mark" }));
      legend.append(createHtml("li", "", swatch, name));
    }
    const isUsed = {
      nearly: this.points.some((point) => HATCHED.includes(point.qualifier)),
      over: this.points.some((point) => point.qualifier === "over"),
      gap: this.points.some((point) => point.gap && point.comparable),
      break: this.points.some((point) => !point.comparable),
    };
    for (const name of Object.keys(isUsed).filter((one) => isUsed[one])) {
      const swatch = create("svg", { width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": true, class: "series" });
      const marks = {
        nearly: [create("path", { d: SHAPES[1], class: "mark open" }), create("path", { d: "M-4,2L2,-4M-2,4L4,-2", class: "hatch" })],
        over: [create("path", { d: CHEVRONS, transform: "translate(0,7)", class: "hatch" })],
        gap: [create("line", { x1: -8, x2: 8, y1: 0, y2: 0, class: "gap" })],
        break: [create("line", { x1: 0, x2: 0, y1: -8, y2: 8, class: "break" })],
      };
      swatch.append(...marks[name]);
      legend.append(createHtml("li", "", swatch, this.texts[name]));
    }
    return legend;
  }

  point(event) {
    const box = this.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const distance = (point) => Math.abs(point.x - x) * 3 + Math.abs(point.y - y);
    this.show(this.points.reduce((best, one) => (distance(one) < distance(best) ? one : best)));
  }

  move(event) {
    const index = Math.max(0, this.points.indexOf(this.shown));
    const target = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: this.points.length - 1 }[event.key];
    if (target !== undefined) this.show(this.points[Math.min(Math.max(target, 0), this.points.length - 1)], true);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") this.switchSeries(event.key === "ArrowUp" ? -1 : 1);
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Enter" && this.shown) location.hash = this.shown.id;
    else return;
    event.preventDefault();
  }

  switchSeries(step) {
    const all = this.group.series;
    const current = this.shown ?? this.points.at(-1);
    const series = all[(all.indexOf(current.series) + step + all.length) % all.length];
    const own = this.points.filter((point) => point.series === series);
    const distance = (point) => Math.abs(point.from - current.from) + Math.abs(point.to - current.to);
    this.show(own.reduce((best, one) => (distance(one) < distance(best) ? one : best)), true);
  }

  show(point, isAnnounced = false) {
    this.shown = point;
    this.ring.setAttribute("cx", point.x);
    this.ring.setAttribute("cy", point.y);
    this.ring.setAttribute("visibility", "visible");
    const [display, ...lines] = point.text;
    this.tip.replaceChildren(createHtml("strong", "", display), ...lines.map((line) => createHtml("span", "", line)));
    this.tip.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    this.tip.style.left = `${Math.max(0, Math.min(point.x - width / 2, this.width - width))}px`;
    const above = point.y - height - 14;
    this.tip.style.top = `${above > -60 ? above : point.y + 14}px`;
    if (isAnnounced) this.texts.announce(point.text.join(this.texts.separator));
  }

  hide() {
    this.shown = undefined;
    this.tip.hidden = true;
    this.ring.setAttribute("visibility", "hidden");
  }
}

/** The chart, and the form that chooses its series; the address keeps the choice. */
class SeriesChart extends HTMLElement {
  connectedCallback() {
    this.groups = JSON.parse(this.querySelector("script").textContent).groups;
    // The countries counted have one colour and shape in all groups.
    const newest = this.groups.flatMap((group) => group.series).sort((one, other) => other.points.at(-1).to.localeCompare(one.points.at(-1).to));
    const coverages = [...new Set(newest.map((one) => one.coverage))];
    for (const { series } of this.groups) for (const one of series) one.index = coverages.indexOf(one.coverage);
    this.default = this.groups.flatMap((group) => group.series.filter((one) => one.default).map((one) => one.code));
    this.plots = this.querySelector(".plots");
    const hint = createHtml("p", "hidden", this.dataset.keys);
    hint.id = "chart-keys";
    const status = createHtml("p", "hidden");
    status.setAttribute("role", "status");
    this.plots.after(hint, status);
    this.texts = { ...this.dataset, hint: hint.id, announce: (text) => (status.textContent = text) };
    this.form = this.querySelector("form");
    this.form?.addEventListener("change", () => this.choose(this.readForm()));
    this.form?.addEventListener("click", (event) => {
      // Not disabled, so that the keyboard still leads to it and to the reason.
      if (event.target.hasAttribute("aria-disabled")) event.preventDefault();
    });
    this.reason = createHtml("p", "note apply", this.dataset.last);
    this.reason.id = "last-series";
    this.form?.prepend(this.reason);
    this.form?.addEventListener("submit", (event) => event.preventDefault());
    this.form?.querySelector(".reset").addEventListener("click", (event) => {
      event.preventDefault();
      this.choose(this.default);
    });
    addEventListener("popstate", () => {
      this.read();
      this.renewFiles();
    });
    // On paper the chart is shown even if another tab is chosen.
    addEventListener("beforeprint", () => this.draw(PAPER));
    addEventListener("afterprint", () => this.draw());
    this.read();
    new ResizeObserver(() => this.plots.clientWidth === this.width || this.draw()).observe(this.plots);
  }

  readForm() {
    return new FormData(this.form).getAll("series");
  }

  /** Reads the series from the address. */
  read() {
    const known = this.groups.flatMap((group) => group.series.map((one) => one.code));
    const named = new URLSearchParams(location.search).getAll("series").flatMap((one) => one.split(","));
    const chosen = named.filter((code) => known.includes(code));
    this.show(chosen.length ? chosen : this.default);
  }

  choose(codes) {
    const isDefault = codes.length === this.default.length && codes.every((code) => this.default.includes(code));
    history.pushState(null, "", this.localize(new URL(location), isDefault ? [] : codes));
    const language = document.querySelector("nav [hreflang]");
    if (language) language.href = this.localize(new URL(language.href), isDefault ? [] : codes);
    this.renewFiles();
    // Its links follow the choice when it is opened again.
    document.querySelector(".share")?.removeAttribute("open");
    this.show(codes);
    for (const group of this.groups) {
      const table = document.getElementById(group.key);
      if (table) table.open = group.series.some((one) => codes.includes(one.code));
    }
  }

  /** Makes the links to files those of the chosen series, as the server writes them. */
  async renewFiles() {
    const { search } = location;
    const answer = await fetch(search || location.pathname).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (search !== location.search) return;
    for (const part of ["#chart .files", ".tools dl"]) document.querySelector(part)?.replaceWith(page.querySelector(part));
  }

  localize(address, codes) {
    address.searchParams.delete("series");
    for (const code of codes) address.searchParams.append("series", code);
    return address;
  }

  show(codes) {
    this.chosen = codes;
    for (const box of this.form?.querySelectorAll("[name=series]") ?? []) {
      box.checked = codes.includes(box.value);
      const isLast = box.checked && codes.length === 1;
      for (const [name, value] of [["aria-disabled", "true"], ["aria-describedby", this.reason.id]]) {
        if (isLast) box.setAttribute(name, value);
        else box.removeAttribute(name);
      }
    }
    this.draw();
  }

  draw(width = this.plots.clientWidth) {
    this.width = width;
    if (!width) return;
    const groups = this.groups
      .map((group) => ({ ...group, series: group.series.filter((one) => this.chosen.includes(one.code)) }))
      .filter((group) => group.series.length);
    const size = { width: this.width, height: groups.length > 1 || this.width < 560 ? 260 : 340 };
    const points = groups.flatMap((group) => group.series.flatMap((one) => one.points.map((point) => [group.flow ? point.from : point.to, point.to])));
    const first = Math.min(...points.map(([from]) => new Date(from).getUTCFullYear()));
    const last = Math.max(...points.map(([, to]) => new Date(to).getUTCFullYear()));
    const domain = [Date.UTC(first), Date.UTC(last + 1)];
    const focused = [...this.plots.querySelectorAll(".plot")].indexOf(document.activeElement);
    this.plots.replaceChildren(...groups.map((group) => new Plot(group, domain, size, this.texts).element));
    // Whoever zooms in or turns the screen while using the keys stays in the chart.
    this.plots.querySelectorAll(".plot")[focused]?.focus({ preventScroll: true });
  }
}

customElements.define("series-chart", SeriesChart);
