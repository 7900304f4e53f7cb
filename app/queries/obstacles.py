"""Obstacles: why two figures of an indicator are not comparable."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlmodel import col

from app.db.columns import Record, Statement, build_in_array, counterpart_area
from app.db.models import GrowthRate, Indicator
from app.db.statements import Session, fetch_records
from app.enums import ChangeMeasure, EvidenceBasis, GrowthBasis, Obstacle, StockFlow
from app.i18n import Bilingual, Language, format_day, name_months
from app.parameters import DateSpan
from app.queries.related import choose_display, complete_growth_rate, select_rates

HUNDREDTH = Decimal("0.01")
OTHER_UNIT_TOLERANCE = Decimal("1.5")
"""How far a rate published in another unit may be from the change of the levels, in percentage
points and apart from rounding. Two rates for the same amounts in yuan and in dollars differ by the
change of the average exchange rate. In years in which it changes more, pairs that fit are refused,
to be safe."""
FamilyKey = tuple[str, str, str]
"""What the series of a family share: indicator, reporting area and counterpart area."""
RateKey = tuple[FamilyKey, DateSpan]
MEASURES = {
    ChangeMeasure.PERCENT: Bilingual(" percent", "%"),
    ChangeMeasure.PERCENTAGE_POINTS: Bilingual(" percentage points", "个百分点"),
}
INFERRED = Bilingual(
    " This service infers the countries of “{name}” from published amounts and shares; no source "
    "states that they differ. The description of this coverage shows the arithmetic.",
    "“{name}”系本站根据已公布的金额和比重推断，来源未说明所统计的国家不同；推算过程见"
    "该统计范围的依据说明。",
)
CHANGE = Bilingual("between {lower} and {upper}{measure}", "{lower}{measure}至{upper}{measure}")
EXACT_CHANGE = Bilingual("of {lower}{measure}", "{lower}{measure}")
RATE_SCOPE = {"indicator": Indicator.code, "counterpart_area": counterpart_area.code}
"""What a growth rate shares with the figures that it may be about."""
SENTENCES = {
    Obstacle.UNIT: Bilingual(
        "One figure is in {unit}, the other in {other_unit}. This service does not convert units.",
        "一为{unit}，一为{other_unit}，本站不作换算。",
    ),
    Obstacle.COVERAGE: Bilingual(
        "The figures count different countries: {coverage}; {other_coverage}. A change between "
        "them would show the change of scope as well.",
        "两者统计的国家不同：{coverage}；{other_coverage}。两者之差包含口径调整的影响。",
    ),
    Obstacle.STOCK_FLOW: Bilingual(
        "One figure is {one}, the other {other}. They measure different things.",
        "一为{one}，一为{other}，两者所反映的内容不同。",
    ),
    Obstacle.START: Bilingual(
        "One cumulative total counts from {start}, the other from {other_start}.",
        "两项累计数的起始日不同，一为{start}，一为{other_start}。",
    ),
    Obstacle.MONTHS: Bilingual(
        "One figure covers {months} months, the other {other_months}. This service does not scale "
        "figures.",
        "一为{months}个月数据，一为{other_months}个月数据，本站不作折算。",
    ),
    Obstacle.FIRST_MONTH: Bilingual(
        "One period begins in {month}, the other in {other_month}. Different parts of a year are "
        "not comparable, because figures vary with the season.",
        "一期自{month}起，一期自{other_month}起，一年中不同时段的数据受季节因素影响，不可比。",
    ),
    Obstacle.BREAK: Bilingual(
        "There is a break in the series between them. {note}", "两期之间序列中断。{note}"
    ),
    Obstacle.BASIS: Bilingual(
        "The published growth is “{growth}”. This service infers that its base was restated, so "
        "that a rate calculated from the two levels would be misleading. {note}",
        "公布的增速为“{growth}”。本站推断其基数已作调整，由两期数值推算增速会造成误导。{note}",
    ),
    Obstacle.RATE: Bilingual(
        "The published growth is “{growth}”, which does not fit the two figures: with any "
        "rounding, they give a change {change}. At least one of the three numbers was calculated "
        "differently.",
        "公布的增速为“{growth}”，与两期数据不符：考虑舍入误差，由两期数据推算的变动幅度为"
        "{change}。三个数值中至少有一个的口径不同。",
    ),
    Obstacle.OTHER_UNIT_RATE: Bilingual(
        "The published growth is “{growth}”, while the two figures give a change {change}. The "
        "difference is more than the {tolerance} percentage points that this service allows for "
        "the change of the exchange rate.",
        "公布的增速为“{growth}”，而由两期数据推算的变动幅度为{change}，"
        "两者相差超过本站为汇率变动设定的{tolerance}个百分点。",
    ),
    Obstacle.QUALIFIER: Bilingual(
        "At least one of the two figures, “{display}” and “{other_display}”, has a qualifier in "
        "its source, so the difference between them is unknown.",
        "“{display}”与“{other_display}”中至少有一项在来源中带有限定词，两者之差无法确定。",
    ),
    Obstacle.BASE: Bilingual(
        "“{display}” is not above zero by more than its rounding, so that no change in percent can "
        "be calculated from it.",
        "“{display}”在其舍入误差范围内不大于零，无法据以计算百分比变动。",
    ),
    Obstacle.CUMULATIVE: Bilingual(
        "Both figures count from the same day, so that the later one contains the earlier one. A "
        "change in percent between them would be the growth of no period.",
        "两项数据均自同一日起累计，后者包含前者，由其推算的百分比变动不是任何时期的增速。",
    ),
}
STOCK_FLOWS = {
    StockFlow.FLOW: Bilingual("the total of a period", "时期数"),
    StockFlow.CUMULATIVE: Bilingual("a cumulative total since a fixed start", "累计数"),
    StockFlow.STOCK: Bilingual("a stock on a date", "时点数"),
}


class RoundingInterval(NamedTuple):
    """The smallest and the largest number that rounding allows."""

    lower: Decimal
    upper: Decimal

    def measure_gap(self, other: "RoundingInterval") -> Decimal:
        """Return the distance to another interval; 0 if they overlap or touch."""
        return max(self.lower - other.upper, other.lower - self.upper, Decimal(0))


def describe_obstacle(kind: Obstacle, language: Language, **values: object) -> Record:
    return {"kind": kind, "text": SENTENCES[kind].get(language).format(**values)}


def describe_series_obstacles(one: Record, other: Record, language: Language) -> list[Record]:
    """Describe why the figures of two series of the same family are not comparable."""
    obstacles = []
    if one["unit"]["code"] != other["unit"]["code"]:
        units = {"unit": one["unit"]["name"], "other_unit": other["unit"]["name"]}
        obstacles.append(describe_obstacle(Obstacle.UNIT, language, **units))
    if one["coverage"]["code"] != other["coverage"]["code"]:
        obstacles.append(describe_coverages(one["coverage"], other["coverage"], language))
    if one["stock_flow"] != other["stock_flow"]:
        kinds = (STOCK_FLOWS[record["stock_flow"]].get(language) for record in (one, other))
        names = dict(zip(("one", "other"), kinds, strict=True))
        obstacles.append(describe_obstacle(Obstacle.STOCK_FLOW, language, **names))
    elif one["start"] != other["start"]:
        days = (format_day(record["start"], language) for record in (one, other))
        starts = dict(zip(("start", "other_start"), days, strict=True))
        obstacles.append(describe_obstacle(Obstacle.START, language, **starts))
    elif one["months"] != other["months"]:
        months = {"months": one["months"], "other_months": other["months"]}
        obstacles.append(describe_obstacle(Obstacle.MONTHS, language, **months))
    elif one["first_month"] != other["first_month"]:
        calendar = name_months(language)
        first, other_first = (calendar[record["first_month"] or 1] for record in (one, other))
        starts = {"month": first, "other_month": other_first}
        obstacles.append(describe_obstacle(Obstacle.FIRST_MONTH, language, **starts))
    return obstacles


def add_duration(point: Record) -> Record:
    """Add to an observation what tells its series from others, as records of series have it."""
    start, kind = point["period"]["start"], point["stock_flow"]
    has_month = kind == StockFlow.FLOW and start.month > 1
    return point | {
        "months": point["period"]["months"],
        "first_month": start.month if has_month else None,
        "start": start if kind == StockFlow.CUMULATIVE else None,
    }


def describe_coverages(one: Record, other: Record, language: Language) -> Record:
    """Describe that two coverages differ, and by which evidence if a source does not state it."""
    names = {"coverage": one["name"], "other_coverage": other["name"]}
    obstacle = describe_obstacle(Obstacle.COVERAGE, language, **names)
    inferred = [each for each in (one, other) if each["basis"] == EvidenceBasis.INFERRED]
    for coverage in inferred:
        obstacle["text"] += INFERRED.get(language).format(**coverage)
    return obstacle


def add_point_obstacles(
    session: Session, series: Sequence[Record], as_of: date | None = None
) -> list[Record]:
    """Add to the points of series why they are not comparable with earlier points.

    The series contain their breaks and their points, the oldest first.
    """
    rates = read_rates_by_period(session, series, as_of)
    return [
        one | {"points": [*compare_with_earlier(one, rates, session.language, as_of)]}
        for one in series
    ]


def read_rates_by_period(
    session: Session, series: Sequence[Record], as_of: date | None
) -> Mapping[RateKey, list[Record]]:
    """Read the rates of the indicators and counterpart areas of some series, known on a day."""
    values: Record = {name: sorted({one[name]["code"] for one in series}) for name in RATE_SCOPE}
    statement = select_rates_in_scope(session.language, is_today=as_of is None)
    rates = defaultdict(list)
    for rate in fetch_records(session.connection, statement, values | {"as_of": as_of}):
        rates[get_rate_key(rate)].append(complete_growth_rate(rate))
    return rates


@cache
def select_rates_in_scope(language: Language, *, is_today: bool) -> Statement:
    conditions = [build_in_array(col(column), name) for name, column in RATE_SCOPE.items()]
    if not is_today:
        conditions.append(col(GrowthRate.vintage) <= bindparam("as_of"))
    return select_rates(language, conditions)


def get_family_key(record: Record) -> FamilyKey:
    indicator, reporting, counterpart = (
        record[name]["code"] for name in ("indicator", "reporting_area", "counterpart_area")
    )
    return indicator, reporting, counterpart


def get_rate_key(record: Record) -> RateKey:
    return get_family_key(record), get_span(record)


def compare_with_earlier(
    series: Record,
    rates: Mapping[RateKey, Sequence[Record]],
    language: Language,
    as_of: date | None,
) -> Iterator[Record]:
    earlier_points: list[Record] = []
    for point in series["points"]:
        obstacles = [
            name_earlier(obstacle, previous)
            for previous in earlier_points[-1:]
            for obstacle in list_break_obstacles(series["breaks"], previous, point, language)
        ]
        obstacles += list_point_rate_obstacles(rates, earlier_points, point, language, as_of)
        yield point | {"obstacles": obstacles}
        earlier_points.append(point)


def list_point_rate_obstacles(
    rates: Mapping[RateKey, Sequence[Record]],
    earlier_points: Sequence[Record],
    point: Record,
    language: Language,
    as_of: date | None,
) -> Iterator[Record]:
    """Describe how published rates contradict a point and those before it."""
    known = find_rates(rates, point)
    for earlier in earlier_points:
        evidence = select_evidence(known, earlier, point, as_of)
        for found in list_rate_obstacles(language, earlier, point, evidence):
            yield name_earlier(found, earlier)


def find_rates(rates: Mapping[RateKey, Sequence[Record]], point: Record) -> list[Record]:
    """Return the rates for the period of a point."""
    unit = point["unit"]["code"]
    return [choose_display(rate, unit) for rate in rates.get(get_rate_key(point), [])]


def list_break_obstacles(
    breaks: Sequence[Record], earlier: Record, later: Record, language: Language
) -> list[Record]:
    """Describe the breaks of a series that lie between two observations."""
    if not can_be_separated(earlier, later):
        return []
    first, last = earlier["period"]["end"], later["period"]["end"]
    return [
        describe_obstacle(Obstacle.BREAK, language, note=one["note"])
        for one in breaks
        if first < one["start"] <= last
    ]


def can_be_separated(earlier: Record, later: Record) -> bool:
    """Return whether a break can lie between two observations: those of one series, two sources.

    A source that states both figures has placed them side by side, so no break separates them.
    """
    has_one_source = earlier["source"]["code"] == later["source"]["code"]
    return earlier["series"] == later["series"] and not has_one_source


def name_earlier(obstacle: Record, earlier: Record) -> Record:
    return obstacle | {"observation": earlier["id"], "period": earlier["period"]}


def get_span(observation: Record) -> DateSpan:
    return observation["period"]["start"], observation["period"]["end"]


def select_evidence(
    rates: Sequence[Record], earlier: Record, later: Record, as_of: date | None
) -> list[Record]:
    """Select the current rates from the one period to the other, with the coverage of the later.

    Those in the unit of the figures come first.
    """
    unit, coverage = later["unit"]["code"], later["coverage"]["code"]
    if earlier["unit"]["code"] != unit:
        return []
    selected = [
        rate
        for rate in rates
        if (rate["base_period"]["start"], rate["base_period"]["end"]) == get_span(earlier)
        and rate["coverage"]["code"] == coverage
        and is_current_on(rate, as_of)
    ]
    return sorted(selected, key=lambda rate: rate["unit"]["code"] != unit)


def is_current_on(record: Record, day: date | None) -> bool:
    """Return whether a figure or a rate was current on a day; None is today."""
    if day is None:
        return bool(record["current"])
    start, end = record["current_from"], record["superseded_on"]
    return start is not None and start <= day and (end is None or day < end)


def list_rate_obstacles(
    language: Language, earlier: Record, later: Record, evidence: Sequence[Record]
) -> Iterator[Record]:
    """Describe how published rates contradict the levels of two observations.

    A restated rate is not compared with them, since its base is another level. Rates in another
    unit are not, if one in the unit of the figures fits: exchange rates explain the others.
    """
    unit = later["unit"]["code"]
    compared = []
    for rate in evidence:
        if rate["basis"] == GrowthBasis.RESTATED:
            note = rate["note"] or ""
            yield describe_obstacle(Obstacle.BASIS, language, growth=rate["display"], note=note)
        elif (levels := compute_change_interval(earlier, later, rate["measure"])) is not None:
            compared.append((rate, levels, levels.measure_gap(get_rate_interval(rate))))
    if any(gap == 0 for rate, _, gap in compared if rate["unit"]["code"] == unit):
        compared = [one for one in compared if one[0]["unit"]["code"] == unit]
    for rate, levels, gap in compared:
        is_own_unit = rate["unit"]["code"] == unit
        tolerance = Decimal(0) if is_own_unit else OTHER_UNIT_TOLERANCE
        if gap > tolerance:
            yield describe_obstacle(
                Obstacle.RATE if is_own_unit else Obstacle.OTHER_UNIT_RATE,
                language,
                growth=rate["display"],
                change=format_interval(levels, rate["measure"], language),
                tolerance=tolerance,
            )


def compute_change_interval(
    earlier: Record, later: Record, measure: ChangeMeasure
) -> RoundingInterval | None:
    """Return the changes that the rounding of two figures allows; None if the first may be zero."""
    old, new = get_rounding_interval(earlier), get_rounding_interval(later)
    if measure == ChangeMeasure.PERCENTAGE_POINTS:
        return RoundingInterval(new.lower - old.upper, new.upper - old.lower)
    if old.lower <= 0:
        return None
    # The sign of the later figure decides which end of the earlier one gives the larger change.
    quotients = [number / base for number in new for base in old]
    return RoundingInterval((min(quotients) - 1) * 100, (max(quotients) - 1) * 100)


def get_rounding_interval(observation: Record) -> RoundingInterval:
    return RoundingInterval(observation["rounding"]["lower"], observation["rounding"]["upper"])


def get_rate_interval(rate: Record) -> RoundingInterval:
    """Return the rates that would be printed with the same digits."""
    half = Decimal(5).scaleb(-rate["decimals"] - 1)
    return RoundingInterval(rate["value"] - half, rate["value"] + half)


def format_interval(interval: RoundingInterval, measure: ChangeMeasure, language: Language) -> str:
    """Name the change that two figures give: between 2.31 and 2.4 percent, of −8.63 percent."""
    lower, upper = (str(limit.quantize(HUNDREDTH, ROUND_HALF_UP) + 0) for limit in interval)
    template = (EXACT_CHANGE if lower == upper else CHANGE).get(language)
    text = template.format(lower=lower, upper=upper, measure=MEASURES[measure].get(language))
    return Bilingual(text.replace("-", "−"), text).get(language)
