// Completes the menu for sharing: the day of access, copies of references, the share dialog, and the
// series that the reader has chosen.

const now = new Date();
const today = now.toISOString().slice(0, 10);

/** The day of access in a reference: today in UTC, since the page may come from a cache. */
class AccessDay extends HTMLElement {
  connectedCallback() {
    const language = document.documentElement.lang === "en" ? "en-US" : document.documentElement.lang;
    const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
    this.textContent = this.dataset.style === "apa" ? format.format(now) : today;
  }
}

/** A button for the share dialog of the system. Where there is none, there is no button. */
class SharePage extends HTMLElement {
  connectedCallback() {
    if (this.firstChild || !navigator.share) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(this.dataset.label);
    const { title, url } = this.dataset;
    // A dialog that the reader closes is not an error.
    button.addEventListener("click", () => navigator.share({ title, url }).catch(() => {}));
    this.append(button);
  }
}

customElements.define("access-day", AccessDay);
customElements.define("share-page", SharePage);

function complete(menu) {
  for (const copy of menu.querySelectorAll("copy-text[data-source]")) {
    copy.dataset.text = copy.parentElement.querySelector(copy.dataset.source).textContent;
  }
  for (const link of menu.querySelectorAll("[data-citation]")) {
    const url = new URL(link.href);
    // The files of a static edition take no parameters.
    if (url.pathname.includes("/v1/") && url.searchParams.has("lang")) {
      url.searchParams.set("accessed_on", today);
      link.href = url.href;
    }
  }
}

/** Rewrites the menu when it is opened after a script has changed what the page shows. */
async function renew(menu) {
  if (!menu.open || menu.query === location.search) return;
  const { search } = location;
  const answer = await fetch(search || location.pathname).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (search !== location.search) return;
  for (const part of ["dl", "share-page"]) menu.querySelector(part).replaceWith(page.querySelector(`.share ${part}`));
  menu.query = search;
  complete(menu);
}

for (const menu of document.querySelectorAll(".share")) {
  menu.query = location.search;
  complete(menu);
  menu.addEventListener("toggle", () => renew(menu));
}
