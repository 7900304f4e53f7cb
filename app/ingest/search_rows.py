"""Convert a valid seed to the rows of the full-text index, with synonyms and numbers in words."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from app.db.fulltext import normalize_name, segment_cjk
from app.db.models import FOREVER, format_plain
from app.db.numerals import normalize_number
from app.enums import PERCENT, ChangeMeasure, Qualifier, SearchKind, StockFlow
from app.i18n import MONTHS, Bilingual, Language, format_period, format_release, name_edition
from app.ingest import schema
from app.ingest.editions import map_sources, select_headlines
from app.ingest.rows import format_titles
from app.ingest.schema import ENTITIES, Entity, get_singular_name, list_references
from app.ingest.schema.base import BilingualText
from app.ingest.seed import Seed
from app.ingest.vintages import assign_vintages, find_vintage

ENTITIES_BY_NAME = {get_singular_name(kind).replace("-", "_"): kind for kind in ENTITIES}
REMARK = re.compile(r"\s*[(（][^)）]*[)）]")
"""A remark in parentheses, such as the year of the scope in the name of a coverage."""
STOCK_WORDS = ("stock", "as of", "时点数", "存量")
CUMULATIVE_WORDS = ("cumulative", "in total", "累计", "累计数")
PERIOD_NAMES = {
    (1, 3): ("first quarter", "Q1", "第一季度"),
    (4, 3): ("second quarter", "Q2", "第二季度"),
    (7, 3): ("third quarter", "Q3", "第三季度"),
    (10, 3): ("fourth quarter", "Q4", "第四季度"),
    (1, 6): ("first half", "H1", "上半年"),
    (7, 6): ("second half", "H2", "下半年"),
    (1, 9): ("first three quarters", "前三季度"),
}
"""What else some periods are called, by their first month and the number of months."""
GROWTH_WORDS = ("growth", "growth rate", "增长", "增速", "增长率")
normalize_term = lru_cache(maxsize=10_000)(normalize_name)
"""Most terms of a figure are those of the figures of the same series or period."""


@dataclass
class Terms:
    """The terms of a record that its texts do not have: whole names, and other keywords."""

    names: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)


class SynonymGroups:
    """The groups of synonyms, by the records that they name and by the words of their terms."""

    def __init__(self, seed: Seed) -> None:
        self.terms: dict[str, tuple[str, ...]] = {}
        self.by_record: dict[tuple[type[Entity], str], list[str]] = defaultdict(list)
        self.by_first_word: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for key, group in sorted(seed.get_all(schema.Synonym).items()):
            self.terms[key] = tuple(normalize_name(term) for term in (*group.en, *group.zh))
            for reference in list_references(schema.Synonym):
                for target in getattr(group, reference.field):
                    self.by_record[reference.target, target].append(key)
            for term in self.terms[key]:
                self.by_first_word[term.partition(" ")[0].removesuffix("s")].append((term, key))

    def list_names(self, kind: type[Entity], key: str) -> list[str]:
        return [term for group in self.by_record[kind, key] for term in self.terms[group]]

    def list_synonyms(self, text: str) -> list[str]:
        """List the terms of all groups of which a text contains one."""
        words = f" {normalize_name(text)} "
        groups = {
            group
            for word in set(words.split())
            for term, group in self.by_first_word.get(word.removesuffix("s"), ())
            if f" {term} " in words or f" {term}s " in words
        }
        return [term for group in sorted(groups) for term in self.terms[group]]


class SearchTerms:
    """Finds the terms of the records of a seed."""

    def __init__(self, seed: Seed) -> None:
        self.seed = seed
        self.synonyms = SynonymGroups(seed)
        self.editions = map_sources(seed)
        self.list_indicator_names = cache(self.collect_indicator_names)

    def list_terms(self, kind: type[Entity], key: str) -> Terms:
        entity = self.seed.get_all(kind)[key]
        title, texts = split_texts(self.seed, entity)
        if isinstance(entity, schema.Figure):
            return self.list_measurement_terms(entity)
        terms = Terms(keywords=self.list_synonyms((title, *texts)))
        match entity:
            case schema.Indicator():
                terms.names += self.list_indicator_names(key)
            case schema.Outcome() | schema.PriorityArea() | schema.Action():
                terms.names += list_years(entity.year)
                terms.keywords.append(key)
            case schema.Commitment():
                event = self.seed.get_all(schema.Event)[entity.event]
                terms.names += [title.en, title.zh, *list_years(event.held_on.year)]
                terms.keywords += [key, event.name.en, event.name.zh]
                terms.keywords += list_quantities(entity)
            case schema.Event():
                terms.names += [*list_years(entity.held_on.year), *list_days(entity.held_on)]
                sources = self.seed.get_all(schema.Source).values()
                bodies = [one.body for one in sources if one.event == key]
                names = [entity.organiser, *bodies, *(one.name for one in entity.speakers)]
                terms.names += [form for name in names for form in list_name_forms(name)]
                terms.names += self.list_synonyms((entity.organiser, *bodies))
            case schema.Source():
                known_on = find_vintage(self.seed, entity)
                years = {entity.published_on.year, known_on.year}
                publishers = entity.publisher, entity.publisher.short_name
                terms.names += [form for one in (title, *publishers) for form in (one.en, one.zh)]
                terms.names += self.list_synonyms(publishers)
                terms.names += [word for year in sorted(years) for word in list_years(year)]
                terms.names += list_days(known_on)
                edition = self.editions.get(key)
                terms.keywords += list_years(edition.year) if edition else []
            case schema.Edition():
                terms.names += [key, *list_years(entity.year)]
                terms.keywords += ["press conference", "edition", "新闻发布会", "发布会"]
                terms.keywords += [
                    word
                    for event in entity.events
                    for word in self.list_terms(schema.Event, event).names
                ]
            case schema.Release():
                terms.names += [key, *list_years(entity.date.year), *list_days(entity.date)]
                terms.keywords += ["release", "version", "版本", "发布"]
            case _:
                terms.names += [key, *list_name_forms(title), *self.synonyms.list_names(kind, key)]
        if isinstance(entity, schema.Unit):
            terms.names += [entity.symbol.en, entity.symbol.zh]
        return terms

    def list_synonyms(self, texts: Iterable[BilingualText | Bilingual]) -> list[str]:
        return self.synonyms.list_synonyms("\n".join(f"{one.en}\n{one.zh}" for one in texts))

    def collect_indicator_names(self, key: str) -> tuple[str, ...]:
        indicator = self.seed.get_all(schema.Indicator)[key]
        topic = self.seed.get_all(schema.Topic)[indicator.topic].name
        named = self.synonyms.list_names(schema.Indicator, key)
        return key, *list_name_forms(indicator.name), *named, topic.en, topic.zh

    def list_measurement_terms(self, figure: schema.Figure) -> Terms:
        series = self.seed.get_all(schema.Series)[figure.series]
        unit = self.seed.get_all(schema.Unit)[series.unit]
        coverage = self.seed.get_all(schema.Coverage)[series.coverage].name
        publisher = self.seed.get_all(schema.Source)[figure.source].publisher
        names: Iterable[str] = self.list_indicator_names(series.indicator)
        if isinstance(figure, schema.GrowthRate):
            numbers, words = list_rates(figure), ["同比增速"]
            names = list_growth_names(names)
        else:
            numbers = list_numbers(figure.value, series.unit, figure.qualifier)
            numbers.append(format_plain(figure.published.value))
            words = []
        units = [unit.name.en, unit.name.zh, unit.symbol.en, unit.symbol.zh]
        named = self.synonyms.list_names(schema.Unit, series.unit)
        partners = self.synonyms.list_names(schema.Area, series.counterpart_area)
        countries = [*list_name_forms(coverage)[:2], *partners]
        return Terms(
            [*names, *numbers, *list_periods(figure.period, series.stock_flow)],
            [*words, *units, *named, *countries, publisher.en, publisher.zh],
        )


def build_search_rows(seed: Seed) -> Iterator[dict[str, str]]:
    """Return the rows of the index, in the order in which records of the same rank are listed."""
    terms = SearchTerms(seed)
    for label in SearchKind:
        kind = ENTITIES_BY_NAME[label]
        for key in sort_keys(seed, kind):
            title, texts = split_texts(seed, seed.get_all(kind)[key])
            found = terms.list_terms(kind, key)
            yield {
                "kind": label,
                "code": key,
                "title_en": segment_cjk(title.en),
                "title_zh": segment_cjk(title.zh),
                "text_en": segment_cjk("\n".join(text.en for text in texts)),
                "text_zh": segment_cjk("\n".join(text.zh for text in texts)),
                "names": "|".join(["", *join_distinct(map(normalize_term, found.names)), ""]),
                "keywords": "|".join(join_distinct(map(normalize_term, found.keywords))),
            }


def join_distinct(terms: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(term for term in terms if term)


def sort_keys(seed: Seed, kind: type[Entity]) -> list[str]:
    """Sort figures as ``sort_measurements`` does, indicators by position, others by key."""
    entities = seed.get_all(kind)
    if kind is schema.Indicator:
        return sorted(entities, key=lambda key: seed.get_all(schema.Indicator)[key].position)
    return sort_measurements(seed, kind) if issubclass(kind, schema.Figure) else sorted(entities)


def sort_measurements(seed: Seed, kind: type[schema.Figure]) -> list[str]:
    """Sort headlines first, then current before superseded figures, each by newest period."""
    headlines = frozenset(select_headlines(seed).values())
    figures, vintages = seed.get_all(kind), assign_vintages(seed, kind)
    positions = {
        key: seed.get_all(schema.Indicator)[series.indicator].position
        for key, series in seed.get_all(schema.Series).items()
    }

    def get_order(key: str) -> tuple[object, ...]:
        figure = figures[key]
        is_current = vintages[key].current_until == FOREVER
        newest = -figure.period.end.toordinal()
        return key not in headlines, not is_current, newest, positions[figure.series], key

    return sorted(figures, key=get_order)


def list_growth_names(names: Iterable[str]) -> list[str]:
    """Return the names of the growth of an indicator: trade growth, 贸易增速, ODI增速."""
    joined = [
        f"{name} {word}" if word.isascii() else f"{name}{word}"
        for name in names
        for word in GROWTH_WORDS
        if name.isascii() or not word.isascii()
    ]
    return [*GROWTH_WORDS, *names, *joined]


def list_years(year: int) -> list[str]:
    return [str(year), f"{year}年"]


def list_days(day: date) -> list[str]:
    return [day.isoformat(), f"{day:%-d %B %Y}", f"{day.year}年{day.month}月{day.day}日"]


def list_name_forms(name: BilingualText) -> list[str]:
    """Return a name in both languages, without and with its remark in parentheses."""
    return [REMARK.sub("", name.en), REMARK.sub("", name.zh), name.en, name.zh]


@lru_cache(maxsize=10_000)
def list_periods(period: schema.Period, kind: StockFlow) -> list[str]:
    is_cumulative = kind is StockFlow.CUMULATIVE
    labels = [
        format_period(period.start, period.end, language, is_cumulative=is_cumulative)
        for language in Language
    ]
    years = list_years(period.end.year)
    if kind is StockFlow.STOCK:
        return [*labels, *years, *list_days(period.end), *STOCK_WORDS]
    if is_cumulative:
        year = period.start.year
        since = f"since {year}", f"{year}年以来", f"{year}-{period.end.year}"
        return [*labels, *years, *list_days(period.end), *since, *CUMULATIVE_WORDS]
    first, count = period.start.month, period.months
    if (first, count) == (1, MONTHS):
        return [*labels, *years, "full year", "annual", "全年", "年度"]
    parts = [f"{count} months", f"{count}个月", *PERIOD_NAMES.get((first, count), ())]
    if first == 1:
        parts += [f"first {count} months", f"前{count}个月", f"1—{count}月"]
        parts += [f"{period.start:%b}-{period.end:%b}"]
    return [*labels, *years, *parts]


def list_numbers(value: Decimal, unit: str, qualifier: Qualifier) -> list[str]:
    """Return a number with its qualifier and unit as searches read them."""
    limit = "" if qualifier is Qualifier.NONE else qualifier
    name = "percent" if unit == PERCENT else unit
    units, limits = dict.fromkeys(("", name)), dict.fromkeys(("", limit))
    return [normalize_number(value, one, other) for one in units for other in limits]


def list_quantities(commitment: schema.Commitment) -> list[str]:
    quantities = [commitment.target, *(one.quantity for one in commitment.readings)]
    return [
        form
        for one in quantities
        if one
        for form in list_numbers(one.value.scaleb(one.multiplier), one.unit, one.qualifier)
    ]


def list_rates(rate: schema.GrowthRate) -> list[str]:
    is_share = rate.measure is ChangeMeasure.PERCENTAGE_POINTS
    units = ("percentage points", "points") if is_share else ("percent",)
    moves = ("", "up" if rate.value > Decimal(0) else "down")
    return [normalize_number(abs(rate.value), unit, move=move) for unit in units for move in moves]


def split_texts(seed: Seed, entity: Entity) -> tuple[BilingualText, list[BilingualText]]:
    texts = [value for _, value in entity if isinstance(value, BilingualText)]
    if isinstance(entity, schema.Figure):
        series = seed.get_all(schema.Series)[entity.series]
        return seed.get_all(schema.Indicator)[series.indicator].name, texts
    if isinstance(entity, schema.Source):
        title = format_titles(entity)
        nested = [entity.goal.text] if entity.goal else []
        return BilingualText(en=title.en, zh=title.zh), texts[1:] + nested
    if isinstance(entity, schema.Event):
        nested = [text for one in entity.speakers for text in (one.name, one.office)]
        return texts[0], texts[1:] + nested
    if isinstance(entity, schema.Edition):
        parts = entity.figures, entity.outcomes, entity.priority_areas
        name = name_edition(entity.year)
        return BilingualText(en=name.en, zh=name.zh), [*texts, *(part.note for part in parts)]
    if isinstance(entity, schema.Release):
        english, chinese = (format_release(entity.natural_key(), one) for one in Language)
        return BilingualText(en=english.capitalize(), zh=chinese), texts
    return texts[0], texts[1:] + [report.text for report in list_reports(seed, entity)]


def list_reports(seed: Seed, entity: Entity) -> Sequence[schema.LaterReport]:
    """List what was reported later on an action or a commitment."""
    if isinstance(entity, schema.Action):
        progress = seed.get_all(schema.Progress).get(entity.natural_key())
        return progress.reports if progress else []
    return entity.readings if isinstance(entity, schema.Commitment) else []
