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
  let faults;
  for (let attempt = 1; attempt <= ATTEMPTS && faults?.length !== 0; attempt++) {
    const options = { port: chrome.port, onlyCategories: Object.keys(LEAST), logLevel: "error" };
    const { lhr } = await lighthouse(origin + path, options);
    const scores = Object.values(lhr.categories).map((one) => [one.id, Math.round(one.score * 100)]);
    console.log(path, scores.map(([name, score]) => `${name} ${score}`).join(", "));
    faults = Object.values(lhr.categories)
      .filter((one) => Math.round(one.score * 100) < LEAST[one.id])
      .flatMap((one) => one.auditRefs.filter(({ weight }) => weight).map(({ id }) => lhr.audits[id]))
      .filter((audit) => audit.score !== null && audit.score < 0.9);
  }
  for (const audit of faults) console.log(`  ${audit.title}`, audit.displayValue ?? audit.explanation ?? "");
  failed ||= faults.length !== 0;
}
await chrome.kill();
process.exit(failed ? 1 : 0);
