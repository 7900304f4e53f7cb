// Measures pages with Lighthouse: node lighthouse.mjs ORIGIN PATH...
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const LEAST = { performance: 95, accessibility: 100, "best-practices": 100, seo: 100 };
// Whatever else runs on the machine slows a page down, so a page must reach the scores once.
const ATTEMPTS = 3;

const [origin, ...paths] = process.argv.slice(2);
const chrome = await launch({
  chromePath: process.env.CHROME_PATH ?? "/usr/bin/chromium",
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu"],
});
let failed = false;
for (const path of paths) {
  let low;
  for (let attempt = 1; attempt <= ATTEMPTS && low?.length !== 0; attempt++) {
    // The picture of the whole page is only for a report.
    const given = { onlyCategories: Object.keys(LEAST), disableFullPageScreenshot: true };
    const options = { port: chrome.port, logLevel: "error", ...given };
    const { lhr } = await lighthouse(origin + path, options);
    // A category has no score if one of its audits failed, for example for want of time.
    const scores = Object.values(lhr.categories).map((one) => [one.id, Math.round(one.score * 100)]);
    console.log(path, scores.map(([name, score]) => `${name} ${score}`).join(", "));
    low = scores.filter(([name, score]) => score < LEAST[name]);
    for (const [name] of low) {
      for (const { id, weight } of lhr.categories[name].auditRefs) {
        const audit = lhr.audits[id];
        if (!weight || audit.score >= 0.9) continue;
        if (audit.score === null && !audit.errorMessage) continue;
        console.log(`  ${audit.title}`, audit.errorMessage ?? audit.displayValue ?? "");
      }
    }
  }
  failed ||= low.length !== 0;
}
await chrome.kill();
process.exit(failed ? 1 : 0);
