// Enhancements of pages that work without them: copy buttons, themes, filters without a reload.

const root = document.documentElement;

/** A button that copies a text. Where there is no clipboard, there is no button. */
class CopyText extends HTMLElement {
  connectedCallback() {
    if (this.firstChild || !navigator.clipboard) return;
    const button = document.createElement("button");
    button.type = "button";
    const status = document.createElement("span");
    status.setAttribute("role", "status");
    button.append(this.dataset.label);
    if (this.dataset.about) button.setAttribute("aria-label", this.dataset.label + this.dataset.about);
    button.addEventListener("click", async () => {
      const { copied, notCopied } = root.dataset;
      status.textContent = await navigator.clipboard.writeText(this.dataset.text).then(
        () => copied,
        () => notCopied,
      );
      setTimeout(() => (status.textContent = ""), 2000);
    });
    this.append(button, status);
  }
}

/** A button that switches between the themes: system, light, dark. */
class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    const button = document.createElement("button");
    button.type = "button";
    button.addEventListener("click", () => {
      const order = ["auto", "light", "dark"];
      this.choose(order[(order.indexOf(this.theme) + 1) % order.length]);
    });
    this.append(button);
    this.show();
  }

  get theme() {
    return root.dataset.theme ?? "auto";
  }

  choose(theme) {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      if (theme === "auto") localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch {
      // Without storage the choice applies to this page only.
    }
    this.show();
  }

  show() {
    this.firstChild.textContent = this.dataset[this.theme];
  }
}

/** Shows in a form what the address chooses, except in the controls to leave. */
function fillFromAddress(form, left = []) {
  const given = new URLSearchParams(location.search);
  for (const name of ["q", "topic", "sector"]) {
    const control = form.elements[name];
    if (!left.includes(control)) control.value = given.get(name) ?? "";
  }
}

/** Lists the controls that a reader has changed, which a slow connection allows before scripts run. */
function listChanged(form) {
  const getDefault = (menu) => [...menu.options].findLast((one) => one.defaultSelected) ?? menu.options[0];
  const isChanged = (one) => (one.options ? !getDefault(one).selected : one.value !== one.defaultValue);
  return [...form.querySelectorAll("input, select")].filter(isChanged);
}

/** Opens the groups that are folded on phones only. */
function openWideFolds() {
  if (!matchMedia("(min-width: 42.01rem)").matches) return;
  for (const fold of document.querySelectorAll("details[data-open=wide]")) fold.open = true;
}

/** Finds what the fragment of the address names; nothing if it is not a valid encoding. */
function findTarget() {
  try {
    return document.getElementById(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return null;
  }
}

/** Opens the group around what the address names. */
function revealTarget() {
  const target = findTarget();
  const fold = target?.closest("details");
  if (!fold) return;
  fold.open = true;
  target.scrollIntoView();
}

/** Closes the menus that lie over the page, except the one that contains an element; returns them. */
function closeMenus(element) {
  const isOver = (menu) => getComputedStyle(menu.querySelector("dl")).position === "absolute";
  const menus = [...document.querySelectorAll("details.more[open]")].filter((one) => !one.contains(element) && isOver(one));
  for (const menu of menus) menu.open = false;
  return menus;
}

/** A form that replaces the results in place and updates the address. */
class LiveFilter extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    const index = document.querySelector('meta[name="search-index"]');
    if (index) {
      this.filterStatically(form, new URL(index.content, document.baseURI));
      return;
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.update(form);
    });
    form.addEventListener("change", () => this.update(form));
    this.shown = location.search;
    addEventListener("popstate", () => {
      if (location.search !== this.shown) location.reload();
    });
    if (listChanged(form).length) this.update(form);
  }

  /** No service answers the form in the static edition; a script filters once it is needed. */
  filterStatically(form, index) {
    let started = null;
    // What a reader chose before the index is there is not in the address yet, and is kept.
    const changed = listChanged(form);
    this.hasInput = changed.length > 0;
    form.addEventListener("input", () => (this.hasInput = true));
    const start = () => {
      started ??= this.startFilter(form, index).catch((error) => {
        started = null;
        throw error;
      });
    };
    // Before the index is there, too: the host would answer the form with the unfiltered page.
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      start();
    });
    for (const name of ["focusin", "change"]) form.addEventListener(name, start);
    fillFromAddress(form, changed);
    if (location.search || this.hasInput) start();
  }

  async startFilter(form, index) {
    const { startFilter } = await import("./search.js");
    const parts = ["main", this.dataset.count].map((id) => document.getElementById(id));
    const submit = await startFilter(form, index, () => fillFromAddress(form), ...parts);
    if (this.hasInput) submit();
  }

  async update(form) {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
    const address = `${form.getAttribute("action")}?${query}`;
    this.request?.abort();
    const { signal } = (this.request = new AbortController());
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" }, signal });
      if (!response.ok) throw new Error(String(response.status));
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const parts = this.dataset.results.split(" ").map((id) => `#${id}`);
      for (const part of [...parts, "nav [hreflang]"]) {
        document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
      }
      openWideFolds();
      // The element stays the same, so that screen readers announce its new text.
      const count = `#${this.dataset.count}`;
      document.title = page.title;
      document.querySelector(count).textContent = page.querySelector(count).textContent;
      if (address !== location.pathname + location.search) history.pushState(null, "", address);
      this.shown = location.search;
    } catch {
      if (!signal.aborted) location.assign(address);
    }
  }
}

openWideFolds();
revealTarget();
addEventListener("hashchange", revealTarget);
addEventListener("click", (event) => closeMenus(event.target));
addEventListener("keydown", (event) => {
  const focused = document.activeElement;
  const menus = event.key === "Escape" ? closeMenus(null) : [];
  menus.find((one) => one.contains(focused))?.querySelector("summary").focus();
});
customElements.define("copy-text", CopyText);
customElements.define("theme-switch", ThemeSwitch);
customElements.define("live-filter", LiveFilter);
