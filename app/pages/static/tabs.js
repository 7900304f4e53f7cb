// Shows one section at a time. Without this script all of them follow one another.

/** Decodes a fragment; one that is not a valid encoding stays as it is. */
function decode(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Sections and the links to them; the fragment of the address keeps which one is shown. */
class TabSet extends HTMLElement {
  connectedCallback() {
    const list = this.querySelector(".tabs");
    list.setAttribute("role", "tablist");
    this.tabs = [...list.querySelectorAll("a")];
    for (const tab of this.tabs) {
      const name = tab.hash.slice(1);
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", name);
      const panel = document.getElementById(name);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", (event) => {
        event.preventDefault();
        this.choose(tab);
      });
    }
    list.addEventListener("keydown", (event) => this.move(event));
    for (const name of ["hashchange", "popstate"]) addEventListener(name, () => this.follow());
    this.select(this.tabs[0]);
    this.follow();
  }

  /** Moves between tabs as the pattern for tabs of ARIA asks for. */
  move(event) {
    const last = this.tabs.length - 1;
    const index = this.tabs.indexOf(event.target);
    const next = { ArrowLeft: index ? index - 1 : last, ArrowRight: index < last ? index + 1 : 0, Home: 0, End: last }[event.key];
    if (event.key === " ") this.choose(event.target);
    else if (next !== undefined) this.choose(this.tabs[next]);
    else return;
    event.preventDefault();
    document.activeElement.scrollIntoView({ block: "nearest" });
  }

  choose(tab) {
    tab.focus();
    if (tab.ariaSelected === "true") return;
    const address = new URL(location);
    address.hash = tab.hash;
    history.pushState(null, "", address);
    this.select(tab);
  }

  select(chosen) {
    for (const tab of this.tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(tab.hash.slice(1)).classList.toggle("selected", isChosen);
    }
    const language = document.querySelector("nav [hreflang]");
    if (language) language.hash = location.hash;
  }

  /** Shows what the address names: a section, or the one that contains it. */
  follow() {
    const name = location.hash.slice(1);
    const target = name && (document.getElementById(name) ?? document.getElementById(decode(name)));
    const tab = this.tabs.find((one) => document.getElementById(one.hash.slice(1)).contains(target || null));
    if (tab) this.select(tab);
    else if (!name) this.select(this.tabs[0]);
    if (!tab || tab.hash === location.hash) return;
    for (let parent = target; parent !== this; parent = parent.parentElement) {
      if (parent.localName === "details") parent.open = true;
    }
    target.scrollIntoView({ block: "center" });
  }
}

customElements.define("tab-set", TabSet);
