// What a page can do beyond being read: copy, change its theme, narrow without a new page.

const root = document.documentElement;

/** A button that copies a text; without a clipboard there is none. */
class CopyText extends HTMLElement {
  connectedCallback() {
    if (this.firstChild || !navigator.clipboard) return;
    const button = document.createElement("button");
    button.type = "button";
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    button.append(this.dataset.label);
    if (this.dataset.about) button.setAttribute("aria-label", `${this.dataset.label}: ${this.dataset.about}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.dataset.text);
      said.textContent = this.dataset.done;
      setTimeout(() => (said.textContent = ""), 2000);
    });
    this.append(button, said);
  }
}

/** A button that goes round the themes: as the system, light, dark. */
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
      // Without storage the choice holds for this page.
    }
    this.show();
  }

  show() {
    this.firstChild.textContent = this.dataset[this.theme];
    document.dispatchEvent(new Event("theme"));
  }
}

/** A picture that follows the theme of the page, and not that of the system alone. */
class ThemePicture extends HTMLElement {
  connectedCallback() {
    const dark = "(prefers-color-scheme: dark)";
    const sources = [...this.querySelectorAll("source")].map((one) => [one, one.media]);
    this.follow = () => {
      const instead = { dark: "(min-width: 0px)", light: "(max-width: 0px)" }[root.dataset.theme];
      for (const [source, media] of sources) source.media = media.replace(dark, instead ?? dark);
    };
    document.addEventListener("theme", this.follow);
    this.follow();
  }

  disconnectedCallback() {
    document.removeEventListener("theme", this.follow);
  }
}

/** A form whose answer takes the place of the results, at the address that it would lead to. */
class LiveFilter extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.go(form);
    });
    form.addEventListener("change", () => this.go(form));
    this.shown = location.search;
    addEventListener("popstate", () => {
      if (location.search !== this.shown) location.reload();
    });
  }

  async go(form) {
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
    const address = `${form.getAttribute("action")}?${asked}`;
    const turn = (this.turn = (this.turn ?? 0) + 1);
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== this.turn) return;
      for (const part of [`#${this.dataset.results}`, "nav [hreflang]"]) {
        document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
      }
      // The same element stays, so that a screen reader tells how its text changed.
      const count = `#${this.dataset.count}`;
      document.querySelector(count).textContent = page.querySelector(count).textContent;
      if (address !== location.pathname + location.search) history.pushState(null, "", address);
      this.shown = location.search;
    } catch {
      location.assign(address);
    }
  }
}

customElements.define("copy-text", CopyText);
customElements.define("theme-switch", ThemeSwitch);
customElements.define("theme-picture", ThemePicture);
customElements.define("live-filter", LiveFilter);
