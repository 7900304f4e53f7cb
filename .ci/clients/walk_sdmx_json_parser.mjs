// Reads figures from /sdmx with sdmx-json-parser, which adds format=jsondata to every address: ORIGIN.
import assert from "node:assert/strict";
import sdmx from "sdmx-json-parser";

const origin = process.argv[2];

async function readItems(address) {
  return (await (await fetch(`${origin}/v1/${address}`)).json()).items;
}

async function readData(address) {
  const parser = new sdmx.SDMXParser();
  await parser.getDatasets(`${origin}/sdmx/data/${address}`);
  return parser;
}

const observations = await readItems("observations?limit=1000");
const series = new Set(observations.map((one) => one.series)).size;
const trade = observations.filter((one) => one.indicator.code === "goods-trade");
const flat = "dimensionAtObservation=AllDimensions";

for (const address of [`INDICATORS?${flat}`, "INDICATORS/all?", `dataflow/BRI/INDICATORS?${flat}`]) {
  const parser = await readData(address);
  assert.equal(parser.getName(), "Belt and Road Cooperation Indicators");
  assert.match(parser.getDescription(), /republication/);
  assert.deepEqual(
    Object.fromEntries(parser.getData().map((one) => [one.OBS_ID, one.value])),
    Object.fromEntries(observations.map((one) => [one.id, one.value])),
  );
  const rows = Object.fromEntries(parser.getData().map((one) => [one.OBS_ID, one]));
  for (const one of observations) {
    const row = rows[one.id];
    assert.equal(row.INDICATOR, one.indicator.name);
    assert.equal(row.REF_AREA, one.reporting_area.name);
    assert.equal(row.TIME_PERIOD, one.period.label);
    assert.equal(row.COMMENT_OBS, one.published.wording);
  }
  assert.ok(parser.getActiveDimensions().some((one) => one.id === "TIME_PERIOD"));
  assert.equal(parser.getData({ INDICATOR: [trade[0].indicator.name] }).length, trade.length);
}
for (const [address, count] of [
  [`INDICATORS/....goods-trade..?${flat}`, trade.length],
  [`INDICATORS/*.CN.*.*.goods-trade.*.*?${flat}`, trade.length],
  [`dataflow/BRI/INDICATORS?c[INDICATOR]=goods-trade&${flat}`, trade.length],
  [`INDICATORS/all?updatedAfter=2020-01-01&${flat}`, observations.length],
  [`INDICATORS/all?firstNObservations=1&${flat}`, series],
  ["INDICATORS/all?lastNObservations=1", series],
]) {
  assert.equal((await readData(address)).getData().length, count, address);
}
await assert.rejects(readData("INDICATORS/all?startPeriod=2100"));
console.log(`sdmx-json-parser: ${observations.length} observations`);
