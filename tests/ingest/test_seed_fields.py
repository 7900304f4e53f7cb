"""Rules of a single seed file: every error names file, line and field, and what would be valid."""

from pathlib import Path

import pytest

from tests.support.seeds import AID, GOODS, SCIO, SHARE, Broken, check_reported, copy_seed

GOODS_TRADE = "indicators/goods-trade.yaml"
SERIES = "series/goods-trade.CN.BRI.partner-2025.CNY.P12M.yaml"
TWIN_PARKS = "outcomes/2024-two-countries-twin-parks.yaml"
MECHANISMS = "priority-areas/2025-cooperation-mechanisms.yaml"
SIGN = "actions/2025-sign-cooperation-documents.yaml"
TRANSCRIPT = "      - source: china-org-transcript-2025-02-20\n"

FORMS = {
    "unknown-field": Broken(
        "topics/trade.yaml", "position: 1", "colour: 1", "colour", "is not a field here; the fields"
    ),
    "misspelt-field": Broken(
        GOODS, "qualifier: ", "qualifer: ", "qualifer", "; did you mean qualifier?"
    ),
    "misspelt-nested-field": Broken(
        AID,
        "  lower: 700",
        "  lowr: 700",
        "bounds.lowr",
        "the fields are lower, upper; did you mean lower?",
    ),
    "missing-field": Broken(
        GOODS, "status: normal\n", "", "status", "is missing; add it", at="series:"
    ),
    "missing-language": Broken(
        "units/CNY.yaml", "  zh: 人民币元\n", "", "name.zh", "is missing; add it", at="name:"
    ),
    "empty-text": Broken("units/CNY.yaml", "zh: 人民币元", 'zh: ""', "name.zh", "write some text"),
    "blank-text": Broken("units/CNY.yaml", "zh: 人民币元", 'zh: " "', "name.zh", "write some text"),
    "no-text": Broken(
        "units/CNY.yaml", "zh: 人民币元", "zh:  # none", "name.zh", "is empty; write text"
    ),
    "number-as-text": Broken("units/CNY.yaml", "zh: 人民币元", "zh: 36", "name.zh", "in quotes"),
    "text-as-mapping": Broken(
        GOODS,
        "period:\n  start: 2024-01-01\n  end: 2024-12-31",
        "period: 2024",
        "period",
        "found 2024; write its fields",
    ),
    "text-as-list": Broken(
        TWIN_PARKS, "areas:\n  - MY\n  - ID", "areas: MY", "areas", "found 'MY'; write a list"
    ),
    "unknown-kind": Broken(SIGN, "kind: sign", "kind: buy", "kind", "write one of 'expand', 'use'"),
    "position-zero": Broken(
        "topics/trade.yaml", "position: 1", "position: 0", "position", "write at least 1"
    ),
    "multiplier-too-large": Broken(
        GOODS, "multiplier: 12", "multiplier: 16", "published.multiplier", "write at most 15"
    ),
    "thirteen-months": Broken(SERIES, "months: 12", "months: 13", "months", "write at most 12"),
    "long-classifier": Broken(
        GOODS_TRADE,
        "counterpart_area: BRI",
        "counterpart_area: BRI\nclassifier: 一二三四五",
        "classifier",
        "at most 4 characters",
        at="classifier:",
    ),
    "locator-form": Broken(GOODS, "P2.S2", "P2S2", "locator", "found 'P2S2'; write P2 for"),
    "locator-zero": Broken(GOODS, "P2.S2", "P0.S1", "locator", "found 'P0.S1'; write P2 for"),
    "address": Broken(
        "sources/xinhua-2024-12-19.yaml", "address: http:", "address: ftp:", "address", "http"
    ),
    "long-title": Broken(SCIO, "中国新闻社英文网", "中" * 201, "publisher.zh", "at most 200"),
    "language": Broken(SCIO, "language: en", "language: english", "language", "two letters"),
    "key-of-another-name": Broken(
        SERIES,
        "months: 12",
        "months: 11",
        "",
        "the key 'goods-trade.CN.BRI.partner-2025.CNY.P11M' by its fields; rename the file to",
        at="indicator:",
    ),
}

LOCATORS = {
    "locator-beyond-paragraphs": Broken(
        GOODS, "P2.S2", "P10.S1", "locator", "found P10.S1; the source has paragraphs P1 to P9"
    ),
    "locator-beyond-sentences": Broken(
        GOODS, "P2.S2", "P2.S5", "locator", "found P2.S5; the paragraph has sentences S1 to S4"
    ),
    "goal-beyond": Broken(
        SCIO, "\n  locator: P5.S1", "\n  locator: P5.S3", "goal.locator", "sentences S1 to S2"
    ),
    "aim-beyond": Broken(
        MECHANISMS,
        "baseline_indicators:",
        "aim:\n  en: Peace\n  zh: 和平\naim_locator: P9.S9\nbaseline_indicators:",
        "aim_locator",
        "sentences S1 to S3",
        at="aim_locator:",
    ),
    "event-beyond": Broken(
        SCIO, "event_locator: P1.S1", "event_locator: P1.S3", "event_locator", "sentences S1 to S2"
    ),
    "passage-beyond": Broken(
        SCIO, "locator: P5.S2", "locator: P5.S3", "passages[10].locator", "sentences S1 to S2"
    ),
    "passage-of-a-paragraph": Broken(
        SCIO, "locator: P5.S2", "locator: P7", "passages[10].locator", "name a sentence, such as"
    ),
    "passage-twice": Broken(
        SCIO,
        "locator: P5.S2",
        "locator: P3.S1 # again",
        "passages[10].locator",
        "found P3.S1 twice; join the two",
    ),
    "difference-from-nowhere": Broken(
        SCIO,
        f"{TRANSCRIPT}        locator: P5.S1",
        f"{TRANSCRIPT.replace('02-20', '02-21')}        locator: P5.S1",
        "passages[8].differences[0].source",
        "; did you mean china-org-transcript-2025-02-20?",
    ),
    "difference-from-itself": Broken(
        SCIO,
        f"{TRANSCRIPT}        locator: P5.S1",
        "      - source: scio-2025-01-15\n        locator: P5.S1",
        "passages[8].differences[0].source",
        "found scio-2025-01-15; a difference is that of another source",
    ),
    "passages-without-sentences": Broken(
        "sources/xinhua-2025-01-15.yaml",
        "standing:",
        "passages:\n  - locator: P1.S1\nstanding:",
        "passages",
        "requires the list sentences; add it",
    ),
    "examples-without-note": Broken(
        "actions/2025-expand-trade.yaml",
        "status: announced",
        "has_examples: true\nstatus: announced",
        "note",
        "is missing; say what the source names as examples",
        at="year: 2025",
    ),
    "no-flag": Broken(
        "actions/2025-host-regional-exhibitions.yaml",
        "has_examples: true",
        "has_examples: yes",
        "has_examples",
        "found 'yes'; write true or false",
    ),
    "no-locator": Broken(
        GOODS, "locator: P2.S2\n", "", "locator", "is missing; add the paragraph", at="series:"
    ),
    "aim-without-locator": Broken(
        MECHANISMS,
        "baseline_indicators:",
        "aim:\n  en: Peace\n  zh: 和平\nbaseline_indicators:",
        "aim",
        "write both aim and aim_locator",
        at="aim:",
    ),
    "published-before-held": Broken(
        SCIO,
        "published_on: 2025-01-15",
        "published_on: 2025-01-14",
        "published_on",
        "found 2025-01-14; the event was on 2025-01-15",
    ),
}

VALUES = {
    "end-before-start": Broken(
        GOODS, "end: 2024-12-31", "end: 2023-12-31", "period.end", "a day after 2024-01-01"
    ),
    "not-whole-months": Broken(
        GOODS, "end: 2024-12-31", "end: 2024-12-30", "period", "write whole months", at="period:"
    ),
    "eleven-months-in-a-year-series": Broken(
        GOODS,
        "end: 2024-12-31",
        "end: 2024-11-30",
        "period",
        "covers 11 months, the series 12; use a separate series, such as one with P11M",
        at="period:",
    ),
    "lower-above-upper": Broken(
        AID,
        "  lower: 700",
        "  lower: 700\n  upper: 600",
        "bounds",
        "the lower one first",
        at="bounds:",
    ),
    "value-above-upper": Broken(
        SHARE, "value: 54\npublished", "value: 55\npublished", "value", "value within the bounds"
    ),
    "value-below-lower": Broken(
        AID, "value: 700\npublished", "value: 699\npublished", "value", "value within the bounds"
    ),
    "over-without-lower": Broken(
        AID,
        "bounds:\n  lower: 700\n",
        "",
        "bounds",
        "'over' requires lower: 700 and no upper",
        at="series:",
    ),
    "over-with-upper": Broken(
        AID,
        "  lower: 700",
        "  lower: 700\n  upper: 800",
        "bounds",
        "'over' requires lower: 700",
        at="bounds:",
    ),
    "nearly-with-wrong-upper": Broken(
        SHARE, "  upper: 54", "  upper: 55", "bounds", "'nearly' requires upper: 54", at="bounds:"
    ),
    "none-with-bounds": Broken(
        AID,
        "qualifier: over",
        "qualifier: none",
        "bounds",
        "a figure without a qualifier has none",
        at="bounds:",
    ),
    "value-not-as-published": Broken(
        GOODS,
        "value: 22100000000000",
        "value: 22200000000000",
        "value",
        "found 22200000000000; 22.1 times ten to the power 12 is 22100000000000",
    ),
    "decimals-not-as-published": Broken(
        GOODS, "decimals: 1", "decimals: 2", "published.decimals", "found 2; 22.1 has 1 decimal"
    ),
}

CASES = {**FORMS, **LOCATORS, **VALUES}


@pytest.mark.parametrize("broken", CASES.values(), ids=CASES)
def test_an_issue_is_reported(tmp_path: Path, broken: Broken) -> None:
    check_reported(copy_seed(tmp_path), broken)
