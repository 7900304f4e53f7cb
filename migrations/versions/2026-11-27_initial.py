"""Create all tables, indexes and the full-text index.

Revision ID: 2026_11_27_initial
Revises: nothing
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_initial"
down_revision = None
branch_labels = None
depends_on = None

# SQLite has no exact decimals: NUMERIC would turn 50.3 into a binary fraction.
EXACT = sa.Numeric(38, 10).with_variant(sa.String(40), "sqlite")
LINKS = (
    *(("indicator", "instrument"), ("indicator", "sector")),
    *(("related_dataset", "indicator"), ("outcome", "area"), ("outcome", "indicator")),
    *(("outcome", "instrument"), ("outcome", "sector")),
    *(("action", "area"), ("action", "instrument"), ("action", "sector"), ("action", "topic")),
    *(("edition", "event"), ("edition", "indicator")),
)
TABLES = (
    *("area", "coverage", "instrument", "release", "sector", "event", "event_speaker", "source"),
    *("topic", "unit", "indicator", "related_dataset", "contradiction"),
    "contradictory_statement",
    *("series", "observation", "headline", "latest_observation", "edition", "edition_headline"),
    *("report", "outcome", "priority_area", "action"),
    *("baseline", *(f"{owner}_{target}" for owner, target in LINKS), "release_entry", "change"),
    *("changed_field", "growth_rate", "series_break"),
    *("passage", "passage_record", "passage_difference"),
    *("progress", "progress_report", "commitment", "commitment_reading"),
)
FTS5_TABLE = """
CREATE VIRTUAL TABLE search_index USING fts5 (
    kind UNINDEXED, code UNINDEXED, title_en, text_en, title_zh, text_zh,
    names, keywords,
    tokenize = 'porter unicode61 remove_diacritics 2'
)
"""
TSVECTOR_TABLE = """
CREATE TEXT SEARCH DICTIONARY stem (TEMPLATE = snowball, LANGUAGE = porter);
CREATE TABLE search_index (
    id integer CONSTRAINT pk_search_index PRIMARY KEY,
    kind text NOT NULL, code text NOT NULL,
    title_en text NOT NULL, text_en text NOT NULL,
    title_zh text NOT NULL, text_zh text NOT NULL,
    names text NOT NULL, keywords text NOT NULL,
    title_en_lexemes text NOT NULL, text_en_lexemes text NOT NULL,
    title_zh_lexemes text NOT NULL, text_zh_lexemes text NOT NULL,
    vector tsvector NOT NULL
);
CREATE INDEX ix_search_index_vector ON search_index USING gin (vector)
"""
SEARCH_INDEX = {"sqlite": FTS5_TABLE, "postgresql": TSVECTOR_TABLE}
DROP_SEARCH_INDEX = {
    "sqlite": "DROP TABLE search_index",
    "postgresql": "DROP TABLE search_index; DROP TEXT SEARCH DICTIONARY stem",
}


Columns = list[sa.Column[Any]]


def columns(kind: sa.types.TypeEngine[Any], *names: str, null: bool = False) -> Columns:
    return [sa.Column(name, kind, nullable=null) for name in names]


integer = partial(columns, sa.Integer())
text = partial(columns, sa.String())
day = partial(columns, sa.Date())
exact = partial(columns, EXACT)
json = partial(columns, sa.JSON())
boolean = partial(columns, sa.Boolean())


def texts(*names: str, null: bool = False) -> Columns:
    """Define two columns for each text: one for English, one for Chinese."""
    return text(*(f"{name}_{language}" for name in names for language in ("en", "zh")), null=null)


def create_table(
    table: str,
    *columns: sa.Column[Any],
    checks: Mapping[str, str] | None = None,
    references: Mapping[str, str] | None = None,
    key: Sequence[str] = ("id",),
    unique: Sequence[Sequence[str]] = (),
    indexes: Sequence[str] = (),
) -> None:
    """Create a table whose constraints and single-column indexes follow the naming convention."""
    op.create_table(
        table,
        *columns,
        *(
            sa.CheckConstraint(sql, op.f(f"ck_{table}_{name}"))
            for name, sql in (checks or {}).items()
        ),
        *(
            sa.ForeignKeyConstraint([name], [f"{target}.id"], op.f(f"fk_{table}_{name}"))
            for name, target in (references or {}).items()
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
        *(
            sa.UniqueConstraint(*names, name=op.f(f"uq_{table}_{'_'.join(names)}"))
            for names in unique
        ),
    )
    for name in indexes:
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])


def create_link_table(owner: str, target: str) -> None:
    """Create the table that links two others."""
    references = {f"{owner}_id": owner, f"{target}_id": target}
    create_table(
        f"{owner}_{target}",
        *integer(*references),
        references=dict(sorted(references.items())),
        key=tuple(references),
        indexes=(f"{target}_id",),
    )


def upgrade() -> None:
    """Create everything."""
    create_table(
        "area",
        *integer("id"),
        *text("code"),
        *integer("position"),
        *texts("name"),
        *text("kind"),
        *texts("definition"),
        checks={
            "kind": "kind IN ('country', 'group')",
            "filled": "name_en <> '' AND name_zh <> ''",
            "position": "position >= 1",
        },
        unique=(("code",),),
    )
    create_table(
        "coverage",
        *integer("id"),
        *text("code"),
        *integer("position"),
        *texts("name", "description"),
        *day("first_published", "last_published", null=True),
        *text("basis"),
        *texts("evidence"),
        checks={
            "basis": "basis IN ('stated', 'inferred')",
            "filled": "name_en <> '' AND name_zh <> '' AND evidence_en <> '' AND evidence_zh <> ''",
            "position": "position >= 1",
            "published_order": "first_published <= last_published",
        },
        unique=(("code",),),
    )
    create_table(
        "instrument",
        *integer("id"),
        *text("code"),
        *integer("position"),
        *texts("name", "description"),
        *text("kind"),
        *texts("note", null=True),
        checks={
            "kind": "kind IN ('platform', 'exhibition', 'project_type', 'agreement', 'mechanism')",
            "filled": "name_en <> '' AND name_zh <> ''",
            "position": "position >= 1",
        },
        unique=(("code",),),
    )
    create_table(
        "release",
        *integer("id"),
        *text("seed_hash", "schema_revision", "code"),
        *day("released_on"),
        *texts("note"),
        *json("counts"),
        checks={"one_row": "id = 1"},
    )
    create_table(
        "sector",
        *integer("id"),
        *text("code"),
        *integer("position"),
        *texts("name", "description"),
        *texts("note", null=True),
        checks={"filled": "name_en <> '' AND name_zh <> ''", "position": "position >= 1"},
        unique=(("code",),),
    )
    create_table(
        "event",
        *integer("id"),
        *text("code"),
        *texts("name"),
        *day("held_on"),
        *text("part_of_day", null=True),
        *texts("place", null=True),
        *texts("organiser"),
        *texts("questioner", "note", null=True),
        checks={
            "part_of_day": "part_of_day IN ('morning', 'afternoon')",
            "filled": "name_en <> '' AND name_zh <> '' AND organiser_en <> '' AND organiser_zh <> ''",
        },
        unique=(("code",),),
    )
    create_table(
        "event_speaker",
        *integer("event_id", "position"),
        *texts("name", "office"),
        checks={
            "position": "position >= 1",
            "filled": "name_en <> '' AND name_zh <> '' AND office_en <> '' AND office_zh <> ''",
        },
        references={"event_id": "event"},
        key=("event_id", "position"),
    )
    create_table(
        "source",
        *integer("id"),
        *text("code"),
        *integer("edition", "event_id", null=True),
        *text("standing", "title_kind"),
        *texts("title"),
        *text("printed_title", null=True),
        *texts("publisher"),
        *texts("carrier", null=True),
        *texts("line", "citation", "short_citation"),
        *text("document_kind"),
        *texts("body"),
        *day("published_on"),
        *text("published_precision", "published_basis", "language"),
        *text("address", null=True),
        *day("checked_on", null=True),
        *texts("licence"),
        *texts("note", "goal", null=True),
        *text("goal_locator", "event_locator", null=True),
        checks={
            "language": "length(language) = 2",
            "title_kind": "title_kind IN ('printed', 'descriptive')",
            "document_kind": "document_kind IN ('article', 'transcript')",
            "title": "(title_kind = 'printed') = (printed_title IS NOT NULL)",
            "checked": "checked_on IS NULL OR (address IS NOT NULL AND checked_on >= published_on)",
            "published_precision": "published_precision IN ('day', 'month')",
            "published_basis": "published_basis IN ('printed', 'dateline', 'address', 'event')",
            "standing": "standing IN ('primary', 'repost', 'secondary')",
            "filled": "title_en <> '' AND title_zh <> '' AND publisher_en <> '' AND publisher_zh <> ''",
        },
        references={"event_id": "event"},
        unique=(("code",),),
        indexes=("event_id",),
    )
    create_table(
        "topic",
        *integer("id"),
        *text("code"),
        *integer("position"),
        *texts("name", "description"),
        checks={"filled": "name_en <> '' AND name_zh <> ''", "position": "position >= 1"},
        unique=(("code",),),
    )
    create_table(
        "unit",
        *integer("id"),
        *text("code"),
        *integer("position"),
        *texts("name", "description", "symbol", "suffix"),
        *integer("decimals"),
        checks={
            "filled": "name_en <> '' AND name_zh <> ''",
            "decimals": "decimals >= 0",
            "position": "position >= 1",
        },
        unique=(("code",),),
    )
    create_table(
        "indicator",
        *integer("id"),
        *text("code"),
        *integer("position"),
        *texts("name", "definition", "note"),
        *integer("topic_id", "unit_id"),
        *text("stock_flow", "direction"),
        *integer("reporting_area_id", "counterpart_area_id"),
        *text("classifier", null=True),
        checks={
            "stock_flow": "stock_flow IN ('flow', 'cumulative', 'stock')",
            "direction": "direction IN ('outward', 'inward', 'two_way')",
            "filled": "name_en <> '' AND name_zh <> ''",
            "position": "position >= 1",
        },
        references={
            "counterpart_area_id": "area",
            "reporting_area_id": "area",
            "topic_id": "topic",
            "unit_id": "unit",
        },
        unique=(("code",),),
        indexes=("counterpart_area_id", "reporting_area_id", "topic_id", "unit_id"),
    )
    create_table(
        "related_dataset",
        *integer("id"),
        *text("code"),
        *integer("position"),
        *texts("name", "description", "publisher", "difference", "licence"),
        *text("address"),
        *day("checked_on"),
        checks={
            "filled": "name_en <> '' AND name_zh <> '' AND difference_en <> '' AND difference_zh <> ''",
            "position": "position >= 1",
        },
        unique=(("code",),),
    )
    create_table(
        "contradiction",
        *integer("id"),
        *text("code"),
        *integer("position", "indicator_id"),
        *texts("name", "reason"),
        *text("cause", "basis"),
        *texts("numbers"),
        checks={
            "cause": "cause IN ('revision', 'rounding', 'qualifier', 'currency', 'coverage', 'definition', 'misprint', 'translation', 'unknown')",
            "basis": "basis IN ('stated', 'inferred')",
            "filled": "name_en <> '' AND name_zh <> '' AND reason_en <> '' AND reason_zh <> ''",
            "position": "position >= 1",
        },
        references={"indicator_id": "indicator"},
        unique=(("code",),),
        indexes=("indicator_id",),
    )
    create_table(
        "contradictory_statement",
        *integer("source_id"),
        *text("locator", null=True),
        *integer("contradiction_id", "position"),
        *text("measure"),
        *day("period_start", "period_end"),
        *day("base_start", "base_end", null=True),
        *integer("coverage_id"),
        *texts("text"),
        *exact("value"),
        *integer("multiplier", "decimals", "unit_id"),
        *text("qualifier"),
        *text("classifier", null=True),
        *texts("wording"),
        *text("wording_original", null=True),
        checks={
            "measure": "measure IN ('level', 'growth', 'average_growth', 'share_change')",
            "qualifier": "qualifier IN ('none', 'over', 'nearly', 'about')",
            "period_order": "period_start <= period_end",
            "base": "(measure = 'share_change') = (base_start IS NOT NULL)",
            "filled": "text_en <> '' AND text_zh <> '' AND wording_en <> '' AND wording_zh <> ''",
            "position": "position >= 1",
        },
        references={
            "contradiction_id": "contradiction",
            "coverage_id": "coverage",
            "source_id": "source",
            "unit_id": "unit",
        },
        key=("contradiction_id", "position"),
        indexes=("coverage_id", "source_id", "unit_id"),
    )
    create_table(
        "series",
        *integer("id"),
        *text("code"),
        *integer("indicator_id", "reporting_area_id", "counterpart_area_id"),
        *integer("coverage_id", "unit_id"),
        *text("stock_flow", "duration"),
        *integer("months", "first_month", null=True),
        *day("start", null=True),
        *integer("other_unit_id", null=True),
        *texts("note", null=True),
        *integer("observations"),
        *day("first_period_start", "first_period_end", null=True),
        *day("last_period_start", "last_period_end", null=True),
        checks={
            "stock_flow": "stock_flow IN ('flow', 'cumulative', 'stock')",
            "months": "months BETWEEN 1 AND 12",
            "flow_months": "(stock_flow = 'flow') = (months IS NOT NULL)",
            "first_month": "first_month IS NULL OR"
            " (first_month BETWEEN 2 AND 12 AND months IS NOT NULL)",
            "cumulative_start": "(stock_flow = 'cumulative') = (start IS NOT NULL)",
        },
        references={
            "counterpart_area_id": "area",
            "coverage_id": "coverage",
            "indicator_id": "indicator",
            "reporting_area_id": "area",
            "unit_id": "unit",
        },
        unique=(
            ("code",),
            (
                *("indicator_id", "reporting_area_id", "counterpart_area_id"),
                *("coverage_id", "unit_id", "duration"),
            ),
        ),
        indexes=(
            *("indicator_id", "months", "counterpart_area_id", "coverage_id"),
            *("reporting_area_id", "unit_id"),
        ),
    )
    create_table(
        "observation",
        *integer("source_id"),
        *text("locator", null=True),
        *integer("id"),
        *text("code"),
        *integer("series_id"),
        *day("period_start", "period_end"),
        *texts("period_label", "display"),
        *exact("value", "published_value"),
        *integer("multiplier", "decimals"),
        *texts("wording"),
        *text("wording_original", null=True),
        *text("qualifier"),
        *exact("lower_bound", "upper_bound", null=True),
        *exact("rounding_lower", "rounding_upper"),
        *boolean("break_before"),
        *text("status"),
        *day("vintage", "current_from", "current_until"),
        *day("checked_on", null=True),
        *text("check_method", null=True),
        *integer("contradiction_id", "previous_id", null=True),
        *text("revision", null=True),
        *texts("revision_reason", "note", "comparability", null=True),
        checks={
            "qualifier_bounds": "(qualifier = 'none' AND lower_bound IS NULL AND upper_bound IS NULL) OR (qualifier = 'over' AND lower_bound IS NOT NULL AND lower_bound = value AND upper_bound IS NULL) OR (qualifier = 'nearly' AND upper_bound IS NOT NULL AND upper_bound = value) OR qualifier = 'about'",
            "qualifier": "qualifier IN ('none', 'over', 'nearly', 'about')",
            "status": "status IN ('normal', 'provisional', 'estimated', 'revised')",
            "filled": "wording_en <> '' AND wording_zh <> ''",
            "bounds_order": "CAST(lower_bound AS NUMERIC) <= CAST(upper_bound AS NUMERIC)",
            "rounding_order": "CAST(rounding_lower AS NUMERIC) <= CAST(rounding_upper AS NUMERIC)",
            "decimals": "decimals BETWEEN 0 AND 10",
            "multiplier": "multiplier BETWEEN 0 AND 15",
            "period_order": "period_start <= period_end",
            "current_order": "current_from <= current_until",
            "check_method": "check_method IN ('page', 'stored_text')",
            "checked": "(checked_on IS NULL) = (check_method IS NULL)",
            "revision": "revision IN ('repeated', 'rounded', 'refined', 'revised')",
            "revision_previous": "(previous_id IS NULL) = (revision IS NULL)",
        },
        references={
            "contradiction_id": "contradiction",
            "previous_id": "observation",
            "series_id": "series",
            "source_id": "source",
        },
        unique=(("code",), ("series_id", "period_start", "period_end", "source_id")),
        indexes=("previous_id",),
    )

    in_contradiction = sa.text("contradiction_id IS NOT NULL")
    not_superseded = sa.text("current_until = '9999-12-31'")
    op.create_index(
        op.f("ix_observation_period"),
        "observation",
        ["period_start", "series_id", "period_end", "source_id"],
    )
    op.create_index(
        op.f("ix_observation_value"), "observation", [sa.text("CAST(value AS NUMERIC)"), "id"]
    )
    op.create_index(
        op.f("ix_observation_current"),
        "observation",
        ["vintage", "id"],
        sqlite_where=not_superseded,
        postgresql_where=not_superseded,
    )
    op.create_index(
        op.f("ix_observation_source"),
        "observation",
        ["source_id", "series_id", "period_start", "period_end"],
    )
    op.create_index(op.f("ix_observation_status"), "observation", ["status", "qualifier"])
    op.create_index(
        op.f("ix_observation_vintage"), "observation", ["vintage", "id", "current_until"]
    )
    # A covering index: lists of a series find, filter and sort rows without reading the table.
    op.create_index(
        op.f("ix_observation_series"),
        "observation",
        [
            *("series_id", "period_start", "period_end", "source_id"),
            *("current_until", "qualifier", "status", "value"),
        ],
    )
    create_table(
        "headline",
        *integer("indicator_id", "observation_id"),
        references={"indicator_id": "indicator", "observation_id": "observation"},
        key=("indicator_id",),
        unique=(("observation_id",),),
    )
    create_table(
        "latest_observation",
        *integer("indicator_id"),
        *day("current_from", "current_until"),
        *integer("observation_id"),
        references={"indicator_id": "indicator", "observation_id": "observation"},
        key=("indicator_id", "current_from"),
        indexes=("observation_id",),
    )
    parts = "figures", "outcomes", "priority_areas"
    create_table(
        "edition",
        *integer("id"),
        *text("code"),
        *integer("year", "source_id"),
        *texts("question", null=True),
        *text("completeness"),
        *(
            column
            for part in parts
            for column in (*text(f"{part}_completeness"), *texts(f"{part}_note"))
        ),
        checks={
            "completeness": "completeness IN ('complete', 'partial', 'figures_only')",
            **{
                f"{part}_completeness": f"{part}_completeness IN ('complete', 'partial', 'none')"
                for part in parts
            },
        },
        references={"source_id": "source"},
        unique=(("code",), ("year",)),
        indexes=("source_id",),
    )
    create_table(
        "edition_headline",
        *integer("edition_id", "indicator_id", "observation_id"),
        references={
            "edition_id": "edition",
            "indicator_id": "indicator",
            "observation_id": "observation",
        },
        key=("edition_id", "indicator_id"),
        unique=(("observation_id",),),
        indexes=("indicator_id",),
    )
    create_table(
        "report",
        *integer("source_id"),
        *text("locator", null=True),
        *integer("id"),
        *text("code"),
        *integer("observation_id"),
        *integer("contradiction_id", null=True),
        *texts("wording"),
        *text("wording_original", null=True),
        *text("agreement", "relation"),
        *texts("note"),
        checks={
            "agreement": "agreement IN ('same', 'differs', 'rounded', 'other_unit')",
            "relation": "relation IN ('same_event', 'same_authority', 'independent')",
        },
        references={
            "contradiction_id": "contradiction",
            "observation_id": "observation",
            "source_id": "source",
        },
        unique=(("code",), ("observation_id", "source_id")),
        indexes=("contradiction_id", "source_id"),
    )
    create_table(
        "outcome",
        *integer("source_id"),
        *text("locator", null=True),
        *integer("id"),
        *text("code"),
        *integer("year", "edition", "position"),
        *integer("topic_id", null=True),
        *texts("text"),
        *boolean("has_examples"),
        *texts("note", null=True),
        checks={"filled": "text_en <> '' AND text_zh <> ''", "position": "position >= 1"},
        references={"source_id": "source", "topic_id": "topic"},
        unique=(("code",), ("year", "position")),
        indexes=("source_id", "topic_id"),
    )
    create_table(
        "priority_area",
        *integer("source_id"),
        *text("locator", null=True),
        *integer("id"),
        *text("code"),
        *integer("year"),
        *text("slug"),
        *integer("position"),
        *texts("title", "summary"),
        *texts("note", "aim", null=True),
        *text("aim_locator", null=True),
        checks={"filled": "title_en <> '' AND title_zh <> ''", "position": "position >= 1"},
        references={"source_id": "source"},
        unique=(("code",), ("year", "position"), ("year", "slug")),
        indexes=("source_id",),
    )
    create_table(
        "action",
        *integer("source_id"),
        *text("locator", null=True),
        *integer("id"),
        *text("code"),
        *integer("priority_area_id", "position"),
        *text("kind"),
        *texts("text"),
        *boolean("has_examples"),
        *texts("note", "aim", null=True),
        *text("status"),
        checks={
            "kind": "kind IN ('expand', 'use', 'host', 'promote', 'improve', 'strengthen', 'deepen', 'realise', 'sign', 'tap', 'encourage', 'build', 'foster', 'develop', 'optimise', 'participate', 'publish', 'provide', 'guide', 'negotiate')",
            "status": "status IN ('announced', 'reported')",
            "filled": "text_en <> '' AND text_zh <> ''",
            "position": "position >= 1",
        },
        references={"priority_area_id": "priority_area", "source_id": "source"},
        unique=(("code",), ("priority_area_id", "position")),
        indexes=("source_id",),
    )
    create_table(
        "baseline",
        *integer("priority_area_id", "indicator_id"),
        references={"indicator_id": "indicator", "priority_area_id": "priority_area"},
        key=("priority_area_id", "indicator_id"),
        indexes=("indicator_id",),
    )
    op.execute(SEARCH_INDEX[op.get_context().dialect.name])
    create_table(
        "release_entry",
        *integer("id"),
        *text("code"),
        *day("released_on"),
        *integer("number"),
        *texts("note"),
        checks={"number": "number >= 1"},
        unique=(("code",), ("released_on", "number")),
    )
    create_table(
        "change",
        *integer("id"),
        *text("code"),
        *integer("release_entry_id"),
        *text("collection", "record", "kind"),
        *texts("title"),
        *texts("reason", null=True),
        checks={
            "kind": "kind IN ('added', 'revised', 'corrected', 'annotated', 'removed')",
            "filled": "title_en <> '' AND title_zh <> ''",
        },
        references={"release_entry_id": "release_entry"},
        unique=(("code",), ("release_entry_id", "collection", "record")),
    )
    create_table(
        "changed_field",
        *integer("change_id", "position"),
        *text("field"),
        *text("before", "after", null=True),
        references={"change_id": "change"},
        key=("change_id", "position"),
    )
    create_table(
        "growth_rate",
        *integer("source_id"),
        *text("locator", null=True),
        *integer("id"),
        *text("code"),
        *integer("series_id"),
        *day("period_start", "period_end", "vintage", "current_from", "current_until"),
        *texts("period_label", "display"),
        *day("checked_on", null=True),
        *text("check_method", null=True),
        *integer("contradiction_id", null=True),
        *day("base_start", "base_end"),
        *texts("base_label", "display_with_unit"),
        *exact("value"),
        *integer("decimals"),
        *text("measure"),
        *texts("wording"),
        *text("wording_original", null=True),
        *text("basis"),
        *texts("note", null=True),
        checks={
            "basis": "basis IN ('unstated', 'restated')",
            "measure": "measure IN ('percent', 'percentage_points')",
            "filled": "wording_en <> '' AND wording_zh <> ''",
            "base_before": "base_end < period_start",
            "base_order": "base_start < base_end",
            "current_order": "current_from <= current_until",
            "check_method": "check_method IN ('page', 'stored_text')",
            "checked": "(checked_on IS NULL) = (check_method IS NULL)",
            "decimals": "decimals BETWEEN 0 AND 10",
            "period_order": "period_start < period_end",
        },
        references={
            "contradiction_id": "contradiction",
            "series_id": "series",
            "source_id": "source",
        },
        unique=(("code",), ("series_id", "period_start", "period_end", "source_id")),
    )
    for table in ("observation", "growth_rate"):
        op.create_index(
            op.f(f"ix_{table}_contradiction_id"),
            table,
            ["contradiction_id"],
            sqlite_where=in_contradiction,
            postgresql_where=in_contradiction,
        )

    op.create_index(
        op.f("ix_growth_rate_period"),
        "growth_rate",
        ["period_start", "series_id", "period_end", "source_id"],
    )
    op.create_index(
        op.f("ix_growth_rate_source"),
        "growth_rate",
        ["source_id", "series_id", "period_start", "period_end"],
    )
    op.create_index(
        op.f("ix_growth_rate_vintage"), "growth_rate", ["vintage", "id", "current_until"]
    )
    for owner, target in LINKS:
        create_link_table(owner, target)
    create_table(
        "series_break",
        *integer("series_id"),
        *day("start"),
        *texts("note"),
        checks={"filled": "note_en <> '' AND note_zh <> ''"},
        references={"series_id": "series"},
        key=("series_id", "start"),
    )
    create_table(
        "passage",
        *integer("id"),
        *text("code"),
        *integer("source_id", "position"),
        *text("locator"),
        *integer("paragraph", "sentence", null=True),
        *texts("note", null=True),
        checks={"position": "position >= 1"},
        references={"source_id": "source"},
        unique=(("code",), ("source_id", "position")),
    )
    create_table(
        "passage_record",
        *integer("passage_id", "position"),
        *text("kind", "record", "owner"),
        *texts("title"),
        checks={
            "kind": "kind IN ('event', 'observation', 'growth_rate', 'report', 'outcome', 'goal', 'priority_area', 'aim', 'action', 'progress', 'commitment', 'passage')",
            "filled": "title_en <> '' AND title_zh <> ''",
        },
        references={"passage_id": "passage"},
        key=("passage_id", "position"),
    )
    create_table(
        "passage_difference",
        *integer("passage_id", "position", "source_id"),
        *text("locator"),
        *texts("text"),
        checks={"filled": "text_en <> '' AND text_zh <> ''"},
        references={"passage_id": "passage", "source_id": "source"},
        key=("passage_id", "position"),
        indexes=("source_id",),
    )
    create_table(
        "progress",
        *integer("id"),
        *text("code"),
        *integer("action_id"),
        *day("searched_on"),
        *texts("note", null=True),
        references={"action_id": "action"},
        unique=(("code",), ("action_id",)),
    )
    create_report_table(
        "progress_report",
        *integer("progress_id", "position"),
        *text("relation"),
        *texts("note", null=True),
        checks={"relation": "relation IN ('about_this', 'about_part', 'context')"},
        owner="progress",
    )
    create_table(
        "commitment",
        *integer("source_id"),
        *text("locator", null=True),
        *integer("id"),
        *text("code"),
        *integer("event_id", "position"),
        *text("kind"),
        *texts("name", "text"),
        *exact("target_value", null=True),
        *integer("target_multiplier", "target_decimals", "target_unit_id", null=True),
        *text("target_qualifier", "target_classifier", null=True),
        *texts("deadline_text", null=True),
        *integer("deadline_year", null=True),
        *texts("wording"),
        *text("wording_original", null=True),
        *texts("note", null=True),
        *day("searched_on"),
        checks={
            "kind": "kind IN ('pledge', 'expectation', 'result_list')",
            "target_qualifier": "target_qualifier IN ('none', 'over', 'nearly', 'about')",
            "target_quantity": "(target_value IS NULL) = (target_unit_id IS NULL) AND (target_value IS NULL) = (target_qualifier IS NULL)",
            "filled": "name_en <> '' AND name_zh <> '' AND text_en <> '' AND text_zh <> '' AND wording_en <> '' AND wording_zh <> ''",
            "position": "position >= 1",
        },
        references={"event_id": "event", "source_id": "source", "target_unit_id": "unit"},
        unique=(("code",), ("event_id", "position")),
        indexes=("source_id", "target_unit_id"),
    )
    create_report_table(
        "commitment_reading",
        *integer("commitment_id", "position"),
        *boolean("same_measure"),
        *texts("reason", null=True),
        checks={"reason": "same_measure = (reason_en IS NULL)"},
        owner="commitment",
    )


def create_report_table(
    table: str, *own: sa.Column[Any], checks: Mapping[str, str], owner: str
) -> None:
    """Create a table of what documents say later about the records of another."""
    create_table(
        table,
        *integer("source_id"),
        *text("locator", null=True),
        *day("date"),
        *texts("text"),
        *exact("value", null=True),
        *integer("multiplier", "decimals", "unit_id", null=True),
        *text("qualifier", "classifier", null=True),
        *texts("wording"),
        *text("wording_original", null=True),
        *own,
        checks={
            **checks,
            "qualifier": "qualifier IN ('none', 'over', 'nearly', 'about')",
            "quantity": "(value IS NULL) = (unit_id IS NULL) AND (value IS NULL) = (qualifier IS NULL)",
            "filled": "text_en <> '' AND text_zh <> '' AND wording_en <> '' AND wording_zh <> ''",
            "position": "position >= 1",
        },
        references={f"{owner}_id": owner, "source_id": "source", "unit_id": "unit"},
        key=(f"{owner}_id", "position"),
        indexes=("source_id", "unit_id"),
    )


def downgrade() -> None:
    """Drop everything."""
    op.execute(DROP_SEARCH_INDEX[op.get_context().dialect.name])
    for table in reversed(TABLES):
        op.drop_table(table)
