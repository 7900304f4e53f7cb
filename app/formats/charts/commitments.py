"""The chart of a commitment: its target, and the readings that were found later."""

from app.db.columns import Record
from app.enums import CommitmentKind, Qualifier
from app.formats.charts import labels
from app.formats.charts.model import Chart, DataPoint, Panel, create_chart
from app.i18n import Bilingual, Language, format_day

TARGETS = {
    CommitmentKind.PLEDGE: Bilingual("Target, announced {day}", "{day}宣布的目标"),
    CommitmentKind.EXPECTATION: Bilingual("Expectation, stated {day}", "{day}提出的预期"),
    CommitmentKind.RESULT_LIST: Bilingual("Number of results, listed {day}", "{day}所列成果数"),
}
COMPARABLE = Bilingual("Target and readings", "目标与后续数据")
OTHER_MEASURE = Bilingual("Counted differently", "统计口径不同")
NO_DEADLINE = Bilingual("No deadline was stated.", "未说明期限。")
DEADLINE = Bilingual("Deadline: {text}.", "期限：{text}。")
DISTANCE = Bilingual("Computed for this chart: {text} ({day}).", "本图计算：{text}（{day}）。")
NO_READING = Bilingual(
    "No later reading was found; last searched on {day}.", "未查到后续数据，最近检索日期：{day}。"
)
NO_NUMBER = Bilingual("The commitment states no number.", "该承诺未提出具体数目。")
KINDS = {
    CommitmentKind.EXPECTATION: Bilingual(
        "An expectation of the speaker, not a pledge.", "此为讲话人提出的预期，并非承诺。"
    ),
    CommitmentKind.RESULT_LIST: Bilingual(
        "A list of results, not a pledge.", "此为成果清单，并非承诺。"
    ),
}
"""What a commitment is that is not a pledge."""


def build_commitment_chart(commitment: Record, release: str, language: Language) -> Chart:
    """Build a panel of the target with all comparable readings, and one for each other reading.

    Without a comparable reading, the target is the headline.
    """
    chart = create_chart(commitment["name"], release, language)
    target = build_target(chart, commitment) if commitment["target"] else None
    readings = [one for one in commitment["readings"] if one["quantity"]]
    same = [build_reading(chart, one) for one in readings if one["same_measure"]]
    if target and same:
        unit = commitment["target"]["unit"]["name"]
        chart.panels.append(Panel(COMPARABLE.get(language), unit, [target, *same]))
    else:
        chart.headline = target
    for one in readings:
        if not one["same_measure"]:
            unit = one["quantity"]["unit"]["name"]
            figure = build_reading(chart, one)
            chart.panels.append(Panel(OTHER_MEASURE.get(language), unit, [figure]))
    add_notes(chart, commitment)
    return chart


def build_target(chart: Chart, commitment: Record) -> DataPoint:
    day = format_day(commitment["event"]["held_on"], chart.language)
    label = TARGETS[CommitmentKind(commitment["kind"])].format(day=day)
    return build_point(chart, commitment, commitment["target"], label.get(chart.language))


def build_reading(chart: Chart, reading: Record) -> DataPoint:
    day = format_day(reading["date"], chart.language)
    return build_point(chart, reading, reading["quantity"], day)


def build_point(chart: Chart, record: Record, quantity: Record, period: str) -> DataPoint:
    return DataPoint(
        period=period,
        display=quantity["display"],
        value=quantity["value"],
        qualifier=Qualifier(quantity["qualifier"]),
        unit=quantity["unit"]["code"],
        growth=None,
        source=chart.add_citation(record["citation"]["full"]),
    )


def add_notes(chart: Chart, commitment: Record) -> None:
    language = chart.language
    if not commitment["target"]:
        chart.add_citation(commitment["citation"]["full"])
        chart.add_note(NO_NUMBER.get(language))
    chart.add_note(commitment["text"])
    if kind := KINDS.get(CommitmentKind(commitment["kind"])):
        chart.add_note(kind.get(language))
    deadline = commitment["deadline"]
    text = DEADLINE.format(text=deadline["text"]) if deadline else NO_DEADLINE
    chart.add_note(text.get(language))
    if distance := commitment["distance"]:
        day = format_day(distance["reading_date"], language)
        chart.add_note(DISTANCE.format(text=distance["display"], day=day).get(language))
    if not commitment["readings"]:
        day = format_day(commitment["searched_on"], language)
        chart.add_note(NO_READING.format(day=day).get(language))
    for reading in commitment["readings"]:
        if not reading["same_measure"]:
            day = format_day(reading["date"], language)
            parts = [reading["text"], reading["reason"]]
            note = labels.join_sentences(parts, language)
            chart.add_note(labels.COLON.get(language).join([day, note]))
    chart.add_note(commitment["note"])
