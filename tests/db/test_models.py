"""The tables agree with the migrations, and their constraints refuse invalid rows."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import URL, Connection, Engine, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable
from sqlmodel import SQLModel

from app.db import DatabaseError, PostgresLimits, PostgresStore, create_writing_engine, models
from app.db.models import SCHEMA_REVISION, ExactDecimal, format_plain
from app.db.models.base import KeyedModel, TableModel
from app.ingest.build import build, migrate_database
from tests.support.seeds import MIGRATIONS, SEED
from tests.support.targets import Target

TABLES = sorted(SQLModel.metadata.tables)
MODELS = {
    str(one.__tablename__): one
    for one in vars(models).values()
    if isinstance(one, type) and issubclass(one, TableModel)
}

pytestmark = [
    pytest.mark.database,
    # SQLite cannot tell SQLAlchemy of the index over an expression.
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index"),
]


@pytest.fixture(scope="module")
def built(new_target: Callable[[], Target]) -> Target:
    """Build the real database once for the tests of a worker."""
    target = new_target()
    build(SEED, MIGRATIONS, target)
    return target


@contextmanager
def open_for_writing(target: Target) -> Iterator[Connection]:
    """Open a database as a build does, and roll back what is written."""
    engine = create_writing_engine(target) if isinstance(target, Path) else open_schema(target)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def open_schema(target: URL) -> Engine:
    """Open the newest schema of a server, or the public one where there is none."""
    servers = PostgresStore(target, PostgresLimits())
    try:
        schema = servers.inspect().location
    except DatabaseError:
        schema = "public"
    servers.close()
    options = {"options": f"-c search_path={schema}"}
    return PostgresStore(
        target.update_query_dict(options), PostgresLimits()
    ).create_writing_engine()


def list_tables(connection: Connection) -> set[str]:
    """List the tables, except the internal ones of SQLite."""
    return {name for name in inspect(connection).get_table_names() if name[:7] != "sqlite_"}


def list_differences(connection: Connection) -> list[object]:
    """List what differs between the models and the database, except indexes."""

    def is_compared(name: str | None, kind: str, _: object) -> bool:
        is_search_index = kind == "table" and str(name).startswith("search_index")
        return not is_search_index and kind not in {"index", "unique_constraint"}

    options = {"include_name": is_compared, "compare_type": True}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, SQLModel.metadata))


def test_migrations_go_up_and_down_and_up_again(target: Target) -> None:
    with open_for_writing(target) as connection:
        migrate_database(connection, MIGRATIONS)
        first = list_tables(connection)
        assert {*TABLES, "search_index", "alembic_version"} <= first
        migrate_database(connection, MIGRATIONS, "base")
        assert list_tables(connection) == {"alembic_version"}
        migrate_database(connection, MIGRATIONS)
        assert list_tables(connection) == first


def test_models_and_migrations_agree(target: Target) -> None:
    with open_for_writing(target) as connection:
        migrate_database(connection, MIGRATIONS)
        assert list_differences(connection) == []
        connection.execute(text("ALTER TABLE series DROP COLUMN note_en"))
        assert len(list_differences(connection)) == 1


def list_checks(connection: Connection, table: str) -> dict[str, str]:
    checks = inspect(connection).get_check_constraints(table)
    return {str(check["name"]): str(check["sqltext"]) for check in checks}


@pytest.mark.sqlite
@pytest.mark.parametrize("table", TABLES)
def test_a_column_of_an_enumeration_has_a_check_of_its_values(built: Target, table: str) -> None:
    fields = MODELS[table].model_fields if table in MODELS else {}
    wanted = {
        f"ck_{table}_{name}": f"{name} IN ({', '.join(map(repr, map(str, option)))})"
        for name, field in fields.items()
        for option in (field.annotation, *get_args(field.annotation))
        if isinstance(option, type) and issubclass(option, StrEnum)
    }
    with open_for_writing(built) as connection:
        found = list_checks(connection, table).items()
    assert {name: check for name, check in found if " IN (" in check} == wanted


def test_every_table_has_a_model_or_links_others() -> None:
    assert {*TABLES} == MODELS.keys() | {link.name for link in models.LINK_TABLES.values()}


def test_the_revision_is_the_head_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [SCHEMA_REVISION]


@pytest.mark.parametrize("table", TABLES)
def test_every_constraint_and_index_has_a_name(built: Target, table: str) -> None:
    with open_for_writing(built) as connection:
        schema = inspect(connection)
        checks, uniques = schema.get_check_constraints(table), schema.get_unique_constraints(table)
        names = [schema.get_pk_constraint(table)["name"]]
        names += [constraint["name"] for constraint in [*checks, *uniques]]
        names += [key["name"] for key in schema.get_foreign_keys(table)]
        names += [
            index["name"]
            for index in schema.get_indexes(table)
            if "duplicates_constraint" not in index
        ]
    assert all(name and name[:3] in ("pk_", "fk_", "uq_", "ix_", "ck_") for name in names), names
    assert len(set(names)) == len(names)


def test_every_foreign_key_has_an_index(built: Target) -> None:
    with open_for_writing(built) as connection:
        schema = inspect(connection)
        for table in TABLES:
            firsts = {index["column_names"][0] for index in schema.get_indexes(table)}
            firsts |= {key["column_names"][0] for key in schema.get_unique_constraints(table)}
            firsts |= {schema.get_pk_constraint(table)["constrained_columns"][0]}
            keys = {key["constrained_columns"][0] for key in schema.get_foreign_keys(table)}
            assert keys <= firsts, table


def test_every_key_is_unique(built: Target) -> None:
    keyed = [name for name, model in MODELS.items() if issubclass(model, KeyedModel)]
    with open_for_writing(built) as connection:
        schema = inspect(connection)
        for table in keyed:
            unique = [one["column_names"] for one in schema.get_unique_constraints(table)]
            assert ["code"] in unique, table


FAULTS = [
    ("release", "id = 2", "ck_release_one_row"),
    ("source", "standing = 'rumour'", "ck_source_standing"),
    ("source", "language = 'french'", "ck_source_language"),
    ("source", "published_precision = 'year'", "ck_source_published_precision"),
    ("source", "published_basis = 'rumour'", "ck_source_published_basis"),
    ("source", "title_kind = 'printed', printed_title = NULL", "ck_source_title"),
    ("source", "document_kind = 'letter'", "ck_source_document_kind"),
    ("source", "title_kind = 'guessed', printed_title = NULL", "ck_source_title_kind"),
    ("source", "checked_on = '2000-01-01'", "ck_source_checked"),
    ("source", "checked_on = '2026-11-26', address = NULL", "ck_source_checked"),
    ("event", "part_of_day = 'night'", "ck_event_part_of_day"),
    ("event", "organiser_en = ''", "ck_event_filled"),
    ("event_speaker", "position = 0", "ck_event_speaker_position"),
    ("event_speaker", "office_zh = ''", "ck_event_speaker_filled"),
    ("report", "relation = 'friend'", "ck_report_relation"),
    ("source", "title_en = ''", "ck_source_filled"),
    ("source", "publisher_zh = ''", "ck_source_filled"),
    ("topic", "position = 0", "ck_topic_position"),
    ("topic", "name_zh = ''", "ck_topic_filled"),
    ("area", "position = -1", "ck_area_position"),
    ("area", "name_en = ''", "ck_area_filled"),
    ("area", "kind = 'planet'", "ck_area_kind"),
    ("unit", "position = 0", "ck_unit_position"),
    ("unit", "name_en = ''", "ck_unit_filled"),
    ("unit", "decimals = -1", "ck_unit_decimals"),
    ("sector", "position = 0", "ck_sector_position"),
    ("sector", "name_en = ''", "ck_sector_filled"),
    ("instrument", "position = 0", "ck_instrument_position"),
    ("instrument", "name_en = ''", "ck_instrument_filled"),
    ("instrument", "kind = 'hammer'", "ck_instrument_kind"),
    ("indicator", "position = 0", "ck_indicator_position"),
    ("indicator", "name_en = ''", "ck_indicator_filled"),
    ("indicator", "direction = 'up'", "ck_indicator_direction"),
    ("series", "months = 0", "ck_series_months"),
    ("series", "months = 13", "ck_series_months"),
    ("observation", "qualifier = 'under'", "ck_observation_qualifier_bounds"),
    ("observation", "status = 'final'", "ck_observation_status"),
    ("observation", "period_end = '1999-12-31'", "ck_observation_period_order"),
    ("observation", "period_end = '1999-12-31'", "ck_observation_period_order"),
    ("observation", "wording_zh = ''", "ck_observation_filled"),
    ("observation", "multiplier = 16", "ck_observation_multiplier"),
    ("observation", "multiplier = -1", "ck_observation_multiplier"),
    ("observation", "decimals = 11", "ck_observation_decimals"),
    (
        "observation",
        "qualifier = 'about', lower_bound = '100', upper_bound = '99'",
        "ck_observation_bounds_order",
    ),
    (
        "observation",
        "qualifier = 'none', lower_bound = value, upper_bound = NULL",
        "ck_observation_qualifier_bounds",
    ),
    (
        "observation",
        "qualifier = 'over', lower_bound = NULL, upper_bound = NULL",
        "ck_observation_qualifier_bounds",
    ),
    (
        "observation",
        "qualifier = 'over', lower_bound = value, upper_bound = value",
        "ck_observation_qualifier_bounds",
    ),
    (
        "observation",
        "qualifier = 'nearly', lower_bound = NULL, upper_bound = NULL",
        "ck_observation_qualifier_bounds",
    ),
    (
        "observation",
        "qualifier = 'nearly', lower_bound = NULL, upper_bound = '9'",
        "ck_observation_qualifier_bounds",
    ),
    (
        "observation",
        "rounding_lower = '100', rounding_upper = '99'",
        "ck_observation_rounding_order",
    ),
    ("related_dataset", "difference_zh = ''", "ck_related_dataset_filled"),
    ("related_dataset", "position = 0", "ck_related_dataset_position"),
    ("contradiction", "cause = 'guessed'", "ck_contradiction_cause"),
    ("contradiction", "basis = 'guessed'", "ck_contradiction_basis"),
    ("contradiction", "reason_zh = ''", "ck_contradiction_filled"),
    ("contradiction", "position = 0", "ck_contradiction_position"),
    ("contradictory_statement", "measure = 'index'", "ck_contradictory_statement_measure"),
    ("contradictory_statement", "qualifier = 'some'", "ck_contradictory_statement_qualifier"),
    ("contradictory_statement", "measure = 'share_change'", "ck_contradictory_statement_base"),
    ("contradictory_statement", "wording_zh = ''", "ck_contradictory_statement_filled"),
    ("contradictory_statement", "position = 0", "ck_contradictory_statement_position"),
    (
        "contradictory_statement",
        "period_start = '2025-01-02', period_end = '2025-01-01'",
        "ck_contradictory_statement_period_order",
    ),
    ("coverage", "basis = 'guessed'", "ck_coverage_basis"),
    ("coverage", "evidence_zh = ''", "ck_coverage_filled"),
    ("coverage", "position = 0", "ck_coverage_position"),
    (
        "coverage",
        "first_published = '2025-01-02', last_published = '2025-01-01'",
        "ck_coverage_published_order",
    ),
    ("observation", "revision = 'undone', previous_id = 1", "ck_observation_revision"),
    ("observation", "revision = 'revised'", "ck_observation_revision_previous"),
    ("observation", "current_until = '1999-12-31'", "ck_observation_current_order"),
    ("observation", "checked_on = NULL", "ck_observation_checked"),
    ("observation", "check_method = NULL", "ck_observation_checked"),
    (
        "observation",
        "checked_on = '2026-11-26', check_method = 'guess'",
        "ck_observation_check_method",
    ),
    ("indicator", "stock_flow = 'level'", "ck_indicator_stock_flow"),
    ("series", "stock_flow = 'level', months = NULL", "ck_series_stock_flow"),
    ("series", "months = NULL", "ck_series_flow_months"),
    ("series", "first_month = 1", "ck_series_first_month"),
    ("series", "start = '2013-01-01'", "ck_series_cumulative_start"),
    ("series_break", "note_en = ''", "ck_series_break_filled"),
    ("growth_rate", "basis = 'imagined'", "ck_growth_rate_basis"),
    ("growth_rate", "measure = 'imagined'", "ck_growth_rate_measure"),
    ("growth_rate", "period_end = period_start", "ck_growth_rate_period_order"),
    ("growth_rate", "base_end = base_start", "ck_growth_rate_base_order"),
    ("growth_rate", "base_end = period_start", "ck_growth_rate_base_before"),
    ("growth_rate", "current_until = '1999-12-31'", "ck_growth_rate_current_order"),
    ("growth_rate", "checked_on = NULL", "ck_growth_rate_checked"),
    ("growth_rate", "check_method = 'guess'", "ck_growth_rate_check_method"),
    ("growth_rate", "wording_zh = ''", "ck_growth_rate_filled"),
    ("growth_rate", "decimals = -1", "ck_growth_rate_decimals"),
    ("release_entry", "number = 0", "ck_release_entry_number"),
    ("change", "kind = 'painted'", "ck_change_kind"),
    ("change", "title_en = ''", "ck_change_filled"),
    ("report", "agreement = 'perhaps'", "ck_report_agreement"),
    ("edition", "completeness = 'none'", "ck_edition_completeness"),
    ("edition", "figures_completeness = 'much'", "ck_edition_figures_completeness"),
    ("edition", "outcomes_completeness = 'much'", "ck_edition_outcomes_completeness"),
    (
        "edition",
        "priority_areas_completeness = 'figures_only'",
        "ck_edition_priority_areas_completeness",
    ),
    ("outcome", "position = 0", "ck_outcome_position"),
    ("outcome", "text_en = ''", "ck_outcome_filled"),
    ("priority_area", "position = 0", "ck_priority_area_position"),
    ("priority_area", "title_zh = ''", "ck_priority_area_filled"),
    ("action", "position = 0", "ck_action_position"),
    ("action", "text_zh = ''", "ck_action_filled"),
    ("action", "kind = 'buy'", "ck_action_kind"),
    ("action", "status = 'done'", "ck_action_status"),
    ("passage", "position = 0", "ck_passage_position"),
    ("passage_record", "kind = 'rumour'", "ck_passage_record_kind"),
    ("passage_record", "title_en = ''", "ck_passage_record_filled"),
    ("passage_difference", "text_zh = ''", "ck_passage_difference_filled"),
    ("progress_report", "position = 0", "ck_progress_report_position"),
    ("progress_report", "text_zh = ''", "ck_progress_report_filled"),
    ("progress_report", "relation = 'rumour'", "ck_progress_report_relation"),
    ("progress_report", "qualifier = 'under'", "ck_progress_report_qualifier"),
    ("progress_report", "unit_id = NULL", "ck_progress_report_quantity"),
    ("commitment", "position = 0", "ck_commitment_position"),
    ("commitment", "name_en = ''", "ck_commitment_filled"),
    ("commitment", "kind = 'wish'", "ck_commitment_kind"),
    ("commitment", "target_qualifier = 'under'", "ck_commitment_target_qualifier"),
    ("commitment", "target_unit_id = NULL", "ck_commitment_target_quantity"),
    ("commitment_reading", "position = 0", "ck_commitment_reading_position"),
    ("commitment_reading", "wording_zh = ''", "ck_commitment_reading_filled"),
    (
        "commitment_reading",
        "value = '1', unit_id = 1, qualifier = 'under'",
        "ck_commitment_reading_qualifier",
    ),
    ("commitment_reading", "unit_id = 1", "ck_commitment_reading_quantity"),
    ("commitment_reading", "same_measure = true", "ck_commitment_reading_reason"),
]


def change_row(connection: Connection, table: str, change: str) -> None:
    """Change the first row of a table; the seed may have no break, so one is written."""
    if table == "series_break":
        values = "SELECT min(id), '2000-01-01', 'changed', '变更' FROM series"
        connection.execute(text(f"INSERT INTO series_break {values}"))
    keys = ", ".join(SQLModel.metadata.tables[table].primary_key.columns.keys())
    first = f"SELECT {keys} FROM {table} ORDER BY {keys} LIMIT 1"  # noqa: S608
    connection.execute(
        text(f"UPDATE {table} SET {change} WHERE ({keys}) IN ({first})")  # noqa: S608
    )


def copy_row(connection: Connection, table: str, change: str) -> None:
    """Write a changed copy of a table's first row beside it."""
    changes = dict(part.split(" = ") for part in change.split(", "))
    names = [column.name for column in SQLModel.metadata.tables[table].columns]
    values = ", ".join(changes.get(name, name) for name in names)
    columns = ", ".join(names)
    connection.execute(
        text(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} LIMIT 1")  # noqa: S608
    )


@pytest.mark.parametrize(("table", "change", "name"), FAULTS)
def test_a_senseless_row_is_refused(built: Target, table: str, change: str, name: str) -> None:
    start = name.removesuffix("_bounds")
    output = f'CHECK constraint failed: {name}\n|violates check constraint "{start}'
    with open_for_writing(built) as connection, pytest.raises(IntegrityError, match=output):
        change_row(connection, table, change)


@pytest.mark.sqlite
def test_every_check_is_tried(built: Target) -> None:
    with open_for_writing(built) as connection:
        checks = {name for table in TABLES for name in list_checks(connection, table)}
    # An unknown qualifier is refused by the check of its bounds first.
    assert checks - {"ck_observation_qualifier"} == {name for _, _, name in FAULTS}


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("topic", "id = 99"),
        ("observation", "id = 99, code = 'x'"),
        ("report", "id = 99, code = 'x'"),
        ("series", "id = 99, code = 'x'"),
        ("outcome", "id = 99, code = 'x'"),
        ("priority_area", "id = 99, code = 'x', slug = 'x'"),
        ("action", "id = 99, code = 'x'"),
    ],
)
def test_a_second_row_of_one_key_is_refused(built: Target, table: str, change: str) -> None:
    output = "UNIQUE constraint|violates unique constraint"
    with open_for_writing(built) as connection, pytest.raises(IntegrityError, match=output):
        copy_row(connection, table, change)


def test_bounds_are_compared_by_size(built: Target) -> None:
    with open_for_writing(built) as connection:
        change_row(
            connection, "observation", "qualifier = 'about', lower_bound = '9', upper_bound = '10'"
        )


def test_foreign_keys_are_enforced_while_building(built: Target) -> None:
    output = "FOREIGN KEY|violates foreign key constraint"
    with open_for_writing(built) as connection, pytest.raises(IntegrityError, match=output):
        connection.execute(text("UPDATE series SET unit_id = 99 WHERE id = 1"))


@pytest.mark.sqlite
def test_the_names_of_checks_are_in_the_built_file(built: Path) -> None:
    with closing(sqlite3.connect(f"file:{built}?mode=ro", uri=True)) as connection:
        schema = connection.execute(
            "SELECT sql FROM sqlite_schema WHERE name = 'observation'"
        ).fetchone()[0]
    assert schema.count("CONSTRAINT ck_observation_") == schema.count("CHECK") == 14


def test_other_databases_keep_numbers_as_numbers() -> None:
    creation = CreateTable(SQLModel.metadata.tables["observation"])
    table = str(creation.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "\tvalue NUMERIC(38, 10) NOT NULL" in table


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_decimal_survives_the_column(number: Decimal) -> None:
    column, dialect = ExactDecimal(), sqlite.dialect()
    written = column.process_bind_param(number, dialect)
    assert isinstance(written, str)
    assert "E" not in written
    assert column.result_processor(dialect, None)(written) == number


@pytest.mark.parametrize(
    ("number", "written"),
    [("22.10", "22.1"), ("100", "100"), ("1E+3", "1000"), ("0.000", "0"), ("-2.50", "-2.5")],
)
def test_a_decimal_is_written_plainly(number: str, written: str) -> None:
    assert format_plain(Decimal(number)) == written
