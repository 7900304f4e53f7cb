"""Records as sentences, for programs that read text.

Each sentence contains the qualifier, the period and the source reference of its figure.
"""

from collections.abc import Iterable

from app.db.columns import Record
from app.enums import EvidenceBasis, PartCompleteness, Qualifier
from app.formats.citations import format_validity, list_remarks, summarize_observation
from app.formats.observation_sheets import describe_limits
from app.i18n import Bilingual, Language, format_citation, format_day, format_scaled
from app.queries.reference import format_passage_url
from app.schemas.quotations import FindingKind, QuotationVerdict

EDITION_PARTS = {
    "figures": Bilingual("Figures", "数据"),
    "outcomes": Bilingual("Results", "成果"),
    "priority_areas": Bilingual("Priority areas", "重点领域"),
}
COMPLETENESS = {
    PartCompleteness.COMPLETE: Bilingual("complete", "完整"),
    PartCompleteness.PARTIAL: Bilingual("in part", "部分"),
    PartCompleteness.NONE: Bilingual("not recorded", "未收录"),
}
BASES = {
    EvidenceBasis.STATED: Bilingual("Stated by sources.", "来源有说明。"),
    EvidenceBasis.INFERRED: Bilingual(
        "Inferred by this service; no source states it.", "系本站推断，来源未作说明。"
    ),
}
BREAK_BEFORE = Bilingual(
    "There is a break in the series before this figure; do not compare it with earlier ones.",
    "该数据之前序列中断，与此前数据不可比。",
)
NEWEST = Bilingual("Newest figure: ", "最新数据：")
PUBLISHED_GROWTH = Bilingual("Published growth: {change}", "公布的增速：{change}")
SAME_SOURCE = Bilingual("{rate} (same source).", "{rate}（来源相同）。")
NOT_COMPARABLE = Bilingual("Not comparable with the headline:", "与核心数据不可比：")
STATED_LIMIT = Bilingual("Stated limit: {limits}.", "原文界限：{limits}。")
IN_WORDS = Bilingual("In the words of the source: ", "原文：")
ALSO_REPORTED = Bilingual("Also reported: ", "其他报道：")
RELATIONS = {
    "about_this": Bilingual("Reported on it ({day}): ", "后续报道（{day}）："),
    "about_part": Bilingual(
        "Reported on a part of it ({day}): ", "后续报道，涉及部分内容（{day}）："
    ),
    "context": Bilingual(
        "Context, not about the action itself ({day}): ", "背景，并非该项举措本身（{day}）："
    ),
}
READINGS = {
    True: Bilingual("Later reading ({day}): ", "后续数据（{day}）："),
    False: Bilingual(
        "Later report that counts something else ({day}): ", "口径不同的后续报道（{day}）："
    ),
}
COMMITMENT_KINDS = {
    "pledge": Bilingual("Pledge ({event}, {day}): ", "承诺（{event}，{day}）："),
    "expectation": Bilingual(
        "Expectation, not a pledge ({event}, {day}): ", "预期，并非承诺（{event}，{day}）："
    ),
    "result_list": Bilingual(
        "List of results, not a pledge ({event}, {day}): ", "成果清单，并非承诺（{event}，{day}）："
    ),
}
DISTANCE = Bilingual("Computed here: {text}.", "本数据集计算：{text}。")
VERDICTS = {
    QuotationVerdict.AS_PUBLISHED: Bilingual("as published", "与公布一致"),
    QuotationVerdict.DIFFERS: Bilingual("not as published", "与公布不符"),
    QuotationVerdict.NOT_FOUND: Bilingual("not found", "未收录"),
}
FINDING_KINDS = {
    FindingKind.PERIOD: Bilingual("period", "统计期"),
    FindingKind.QUALIFIER: Bilingual("qualifier", "限定词"),
    FindingKind.UNIT: Bilingual("unit", "单位"),
    FindingKind.MAGNITUDE: Bilingual("order of magnitude", "数量级"),
    FindingKind.GROWTH: Bilingual("growth", "增速"),
    FindingKind.COVERAGE: Bilingual("countries counted", "统计范围"),
    FindingKind.MEASURE: Bilingual("what is measured", "指标"),
    FindingKind.COMPARISON: Bilingual("comparison", "可比性"),
    FindingKind.VINTAGE: Bilingual("superseded", "数据已被取代"),
    FindingKind.ATTRIBUTION: Bilingual("attribution", "来源归属"),
    FindingKind.STATUS: Bilingual("commitment, not result", "承诺而非成果"),
    FindingKind.TARGET: Bilingual("target", "目标"),
}
CORRECTION = Bilingual("Corrected: {text}", "更正：{text}")
NO_NUMBER = Bilingual("The text quotes no figure.", "文中未引用数据。")
NO_REPORT = Bilingual(
    "No later report was found; last search on {day}.", "未查到后续报道，最近检索日期：{day}。"
)


def describe_observation(record: Record, language: Language, base: str | None = None) -> str:
    """Describe an observation with its rounding, its growth, and reports that differ from it."""
    growth = record["growth"]
    citation = record["citation"]["full"] + format_url(record, language, base)
    summary = summarize_observation(record, language)
    if not record["current"]:
        validity = format_validity(record, language)
        summary += Bilingual(f" ({validity})", f"（{validity}）").get(language)
    sentences = [append_source(summary, citation, language), *describe_rounding(record, language)]
    if growth is not None:
        change = PUBLISHED_GROWTH.format(change=growth["display"])
        cited = growth["citation"]["full"] + format_url(growth, language, base)
        same = SAME_SOURCE.format(rate=change).get(language)
        other = append_source(change.get(language), cited, language)
        sentences += [same if cited == citation else other, *list_remarks(growth)]
    if record["break_before"]:
        sentences.append(BREAK_BEFORE.get(language))
    return join_sentences([*sentences, record["comparability"], *list_remarks(record)], language)


def describe_growth_rate(record: Record, language: Language, base: str | None = None) -> str:
    citation = record["citation"]["full"] + format_url(record, language, base)
    unit = Bilingual(" ({unit})", "（{unit}）").format(unit=record["unit"]["symbol"]).get(language)
    stated = append_source(summarize_observation(record, language) + unit, citation, language)
    return join_sentences([stated, *list_remarks(record)], language)


def describe_quotations(record: Record, language: Language) -> str:
    """Describe a checked text; numbers share a line if the same is said of them."""
    quoted: dict[str, dict[str, None]] = {}
    for item in record["items"]:
        quoted.setdefault(describe_quotation(item, language), {})[f"“{item['quoted']}”"] = None
    comma = Bilingual(", ", "、").get(language)
    lines = [comma.join(numbers) + said for said, numbers in quoted.items()]
    if record["correction"] is not None:
        lines.append(CORRECTION.get(language).format(text=record["correction"]))
    return "\n".join(lines) or NO_NUMBER.get(language)


def describe_quotation(item: Record, language: Language) -> str:
    """Say of a number what is published, and on a line for each finding what differs from it."""
    line = language.colon + VERDICTS[item["verdict"]].get(language)
    if item["observation"] is not None:
        line += language.colon + describe_quoted_record(item["observation"], language)
    if item["message"] is not None:
        line += Bilingual(f". {item['message']}", f"。{item['message']}").get(language)
    findings = (
        f"- {FINDING_KINDS[one['kind']].get(language)}{language.colon}{one['message']}"
        for one in item["findings"]
    )
    recorded = (f"- {describe_quoted_record(one, language)}" for one in item["recorded"])
    return "\n".join([line, *findings, *recorded])


def describe_quoted_record(record: Record, language: Language) -> str:
    parts = (record[name] for name in ("display", "indicator", "period", "coverage"))
    shown = language.comma.join(filter(None, parts))
    return shown + Bilingual(f" ({record['id']})", f"（{record['id']}）").get(language)


def describe_rounding(record: Record, language: Language) -> list[str]:
    """Describe the interval of the numbers with the same printed digits, unless it is one number.

    A qualifier says where a figure lies, which may be outside that interval, so only the limit that
    it states is described.
    """
    if record["qualifier"] != Qualifier.NONE:
        limits = describe_limits(record)
        return [STATED_LIMIT.format(limits=limits).get(language)] if limits else []
    published, interval = record["published"], record["rounding"]
    if interval["lower"] == interval["upper"]:
        return []
    multiplier, decimals = published["multiplier"], published["decimals"]
    # Half of the last digit has one more, unless the last digits are zeros that are not stated.
    steps = (interval["upper"] - interval["lower"]).scaleb(decimals - multiplier)
    digits = decimals + 1 if steps == 1 else 0
    lower, upper = (
        format_scaled(interval[end], multiplier, digits, language) for end in ("lower", "upper")
    )
    symbol = record["unit"]["symbol"]
    text = Bilingual(
        f"Rounding of the printed number: {lower} to {upper} ({symbol}).",
        f"公布数的舍入区间：{lower}{symbol}至{upper}{symbol}。",
    )
    return [text.get(language)]


def describe_coverage(record: Record, language: Language, base: str) -> str:
    """Describe which countries are counted, and how that is known."""
    name = language.colon.join([record["code"], record["name"]])
    url = f"{base}/v1/coverages/{record['code']}"
    evidence = Bilingual(f"Evidence ({url}):", f"依据（{url}）：").get(language)
    sentences = [Bilingual(f"{name}.", f"{name}。").get(language), record["description"]]
    sentences += [BASES[EvidenceBasis(record["basis"])].get(language), evidence]
    return join_sentences([*sentences, record["evidence"]], language)


def describe_contradiction(record: Record, language: Language, _: str | None = None) -> str:
    """Describe published numbers that differ, with the reason and the documents."""
    stop, semicolon = Bilingual(".", "。").get(language), language.semicolon
    head = [f"{record[name]}{stop}" for name in ("name", "cause_label")]
    numbers = semicolon.join(map(cite_number, record["numbers"]))
    return join_sentences([*head, record["reason"], f"{numbers}{stop}"], language)


def cite_number(one: Record) -> str:
    address = f", {one['address']}" if one["address"] else ""
    return f"{one['display']} ({one['citation']}{address})"


def describe_wording(record: Record, language: Language) -> list[str]:
    """Say what an indicator counts; quote the source of a figure, and the other reports of it."""
    stated = record.get("published", record)
    if "wording" not in stated:
        return [record["definition"]] if "definition" in record else []
    lines = [IN_WORDS.get(language) + quote_wording(stated, language)]
    for one in record.get("reports", ()):
        text = ALSO_REPORTED.get(language) + quote_wording(one, language)
        address = f" ({one['source']['address']})" if one["source"]["address"] else ""
        lines.append(append_source(text, one["source"]["line"] + address, language))
    return lines


def quote_wording(record: Record, language: Language) -> str:
    translated = record["wording_translated"]
    meaning = Bilingual(f" ({translated})", f"（{translated}）").get(language) if translated else ""
    return f"“{record['wording']}”{meaning}"


def describe_goal(source: Record, language: Language, base: str) -> str:
    """State the goal for the year, which stands above the priority areas."""
    text = source["goal"]["text"].rstrip(".。")
    goal = Bilingual(f"Overall goal: {text}", f"总体目标：{text}").get(language)
    located = {"source": source, "locator": source["goal"]["locator"]}
    return append_source(goal, cite_record(located, language, base), language)


def describe_announcement(record: Record, language: Language, base: str | None = None) -> str:
    """Describe an action or an outcome with its aim, a note on it, and what was reported later."""
    text = append_source(
        record["text"].rstrip(".。"), cite_record(record, language, base), language
    )
    aim = record.get("aim")
    stated = Bilingual(f"Aim: {aim}", f"目标：{aim}").get(language) if aim else None
    later = describe_progress(record, language) if "progress" in record else []
    return join_sentences([text, stated, record["note"], *later], language)


def describe_progress(record: Record, language: Language) -> list[str]:
    """Describe what was reported on an action, or say when nothing was found."""
    if not record["progress"]:
        if record["progress_searched_on"] is None:
            return []
        day = format_day(record["progress_searched_on"], language)
        return [NO_REPORT.format(day=day).get(language)]
    return [
        describe_report(one, RELATIONS[one["relation"]], one["note"], language)
        for one in record["progress"]
    ]


def describe_report(report: Record, label: Bilingual, note: str | None, language: Language) -> str:
    day = format_day(report["date"], language)
    head = label.format(day=day).get(language)
    text = append_source(head + report["text"].rstrip(".。"), report["citation"]["full"], language)
    return join_sentences([text, note], language)


def describe_commitment(record: Record, language: Language, base: str | None = None) -> str:
    kind = COMMITMENT_KINDS[record["kind"]].format(
        event=record["event"]["name"], day=format_day(record["event"]["held_on"], language)
    )
    citation = record["citation"]["full"] + format_url(record, language, base)
    text = kind.get(language) + record["text"].rstrip(".。")
    deadline = describe_deadline(record["deadline"]).get(language)
    sentences = [append_source(text, citation, language), deadline]
    sentences += [
        describe_report(one, READINGS[one["same_measure"]], one["reason"], language)
        for one in record["readings"]
    ]
    if not record["readings"]:
        day = format_day(record["searched_on"], language)
        sentences.append(NO_REPORT.format(day=day).get(language))
    if record["distance"]:
        sentences.append(DISTANCE.format(text=record["distance"]["display"]).get(language))
    return join_sentences([*sentences, record["note"]], language)


def describe_deadline(deadline: Record | None) -> Bilingual:
    if deadline is None:
        return Bilingual("No deadline was stated.", "未说明期限。")
    return Bilingual("Deadline: {text}.", "期限：{text}。").format(text=deadline["text"])


def describe_priority_area(record: Record, language: Language, base: str | None = None) -> str:
    title = Bilingual(
        f"Priority area {record['position']} of {record['year']}: {record['title']}",
        f"{record['year']}年重点领域{record['position']}：{record['title']}",
    ).get(language)
    lines = [append_source(title, cite_record(record, language, base), language)]
    if record["aim"]:
        aimed = record | {"locator": record["aim_locator"]}
        aim = Bilingual(f"Aim: {record['aim']}", f"目标：{record['aim']}").get(language)
        lines.append(
            f"- {append_source(aim.rstrip('.。'), cite_record(aimed, language, base), language)}"
        )
    lines += [
        f"- {action['id']}{language.colon}{describe_announcement(action, language, base)}"
        for action in record["actions"]
    ]
    return "\n".join(lines)


def describe_indicator(record: Record, language: Language, base: str | None = None) -> str:
    text = Bilingual(
        f"{record['code']}: {record['name']}. {record['note']}",
        f"{record['code']}：{record['name']}。{record['note']}",
    ).get(language)
    lines, headline, latest = [text], record["headline"], record["latest"]
    if headline is not None:
        lines.append(describe_observation(headline, language, base))
    if latest is not None and (headline is None or latest["observation"]["id"] != headline["id"]):
        figure = describe_observation(latest["observation"], language, base)
        newest = NEWEST.get(language) + figure
        reasons = [one["text"] for one in latest["obstacles"]]
        compared = [NOT_COMPARABLE.get(language)] if reasons else []
        lines.append(join_sentences([newest, *compared, *reasons], language))
    return "\n  ".join(lines)


def describe_related_dataset(record: Record, language: Language, _: str | None = None) -> str:
    """Describe what a dataset of another publisher counts, and why its totals differ."""
    name, publisher, address = record["name"], record["publisher"], record["address"]
    title = Bilingual(f"{name}, {publisher} ({address}).", f"{name}，{publisher}（{address}）。")
    return join_sentences(
        [title.get(language), record["description"], record["difference"], record["licence"]],
        language,
    )


def describe_source(record: Record, language: Language, _: str | None = None) -> str:
    url = record["address"] or Bilingual("no URL", "无网址").get(language)
    citation = record["citation"]["full"]
    text = Bilingual(
        f"{record['code']}: {citation} ({url}).", f"{record['code']}：{citation}（{url}）。"
    ).get(language)
    if record["event"]:
        name, day = record["event"]["name"], format_day(record["event"]["held_on"], language)
        text += Bilingual(f" Event: {name}, {day}.", f"活动：{name}，{day}。").get(language)
    return join_sentences([text, record["note"], record["licence"]], language)


def describe_event(record: Record, language: Language, _: str | None = None) -> str:
    day = format_day(record["held_on"], language)
    parts = [record["name"], day, *([record["place"]] if record["place"] else [])]
    parts += [f"{one['name']}{language.comma}{one['office']}" for one in record["speakers"]]
    codes = Bilingual(", ", "、").get(language).join(one["code"] for one in record["documents"])
    text = f"{record['code']}{language.colon}{language.comma.join(parts)}"
    return Bilingual(f"{text}. Documents: {codes}.", f"{text}。文件：{codes}。").get(language)


def describe_edition(record: Record, language: Language, _: str | None = None) -> str:
    """Describe a press conference with its events, and with what of it is recorded."""
    stop = Bilingual(". ", "。").get(language)
    parts = (
        f"{label.get(language)}{language.colon}"
        f"{COMPLETENESS[record['parts'][part]['completeness']].get(language)}{stop}"
        f"{record['parts'][part]['note']}"
        for part, label in EDITION_PARTS.items()
    )
    events = (describe_event(event, language) for event in record["events"])
    return f"{record['name']}{language.colon}{join_sentences([*events, *parts], language)}"


def describe_hit(record: Record, language: Language, _: str | None = None) -> str:
    title = "".join(part["text"] for part in record["title"])
    snippet = "".join(part["text"] for part in record["snippet"]).replace("\n", " / ")
    text = f"{record['kind']} {record['code']}{language.colon}{title}"
    if record["display"]:
        context = record["display"], record["coverage"]["name"], record["period"]["label"]
        validity = format_validity(record, language)
        text += language.colon + language.comma.join((*context, validity) if validity else context)
    if record["source"]:
        text = append_source(text.rstrip(".。"), record["source"]["line"], language)
    return text + (Bilingual(f" — {snippet}", f"——{snippet}").get(language) if snippet else "")


def cite_record(record: Record, language: Language, base: str | None) -> str:
    citation = format_citation(record["source"]["line"], record["locator"], language)
    return citation + format_url(record, language, base)


def format_url(record: Record, language: Language, base: str | None) -> str:
    """Return the URL of the location of a record in parentheses, if both are known."""
    if base is None or record["locator"] is None:
        return ""
    url = format_passage_url(base, record["source"]["code"], record["locator"])
    return Bilingual(f" ({url})", f"（{url}）").get(language)


def join_sentences(sentences: Iterable[str | None], language: Language) -> str:
    """Join different sentences and leave out those that a record does not have."""
    return language.space.join(dict.fromkeys(filter(None, sentences)))


def append_source(text: str, citation: str, language: Language) -> str:
    return Bilingual(f"{text}. Source: {citation}.", f"{text}。来源：{citation}。").get(language)
