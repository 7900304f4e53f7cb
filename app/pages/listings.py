"""Lists of records as pages: what each is about, and which fields of a record it shows."""

from typing import NamedTuple

from app.db.columns import Record
from app.enums import SearchKind
from app.formats import tables
from app.formats.tables import Table
from app.i18n import Bilingual


class Listing(NamedTuple):
    table: Table
    kind: str
    title: Bilingual
    lead: Bilingual
    heading: str
    """The field that names a record."""
    fields: tuple[str, ...]
    """The other fields that are shown, in this order; a field without a value is left out."""
    group: str = ""
    """The path of the field that groups records: a record, a year, or a day of some year."""
    newest_first: bool = False
    """Whether the newest group comes first, instead of the oldest as in the list."""

    @property
    def path(self) -> str:
        return f"/{self.table.name}"

    def get_key(self, record: Record) -> str:
        return "-".join(str(record[name]) for name in self.table.key)


RELATED = ("indicators", "actions", "outcomes")
LISTINGS = (
    Listing(tables.INDICATORS, SearchKind.INDICATOR, Bilingual("Indicators", "指标"), Bilingual(
        "What is measured. The page of each indicator shows all of its published figures.",
        "本站收录的统计指标。各指标页面列出其全部已公布数据。",
    ), "name", ("headline", "latest", "definition", "topic", "unit")),
    Listing(tables.SERIES, "series", Bilingual("Series", "序列"), Bilingual(
        "Figures of one indicator that count the same countries, in the same unit, for periods "
        "of the same length. Compare figures only within a series.",
        "同一指标下统计范围、计量单位和统计期长度一致的数据。仅同一序列内的数据可比。",
    ), "name", ("observations", "first_period", "last_period", "note"), group="indicator"),
    Listing(
        tables.PRIORITY_AREAS, SearchKind.PRIORITY_AREA, Bilingual("Priority areas", "重点领域"),
        Bilingual(
            "The priority areas that the Ministry of Commerce announced, year by year, each with "
            "its actions.",
            "商务部历年宣布的重点领域及其举措。",
        ),
        "title", ("summary", "note", "baseline_indicators", "source"),
        group="year", newest_first=True,
    ),
    Listing(
        tables.ACTIONS, SearchKind.ACTION, Bilingual("Announced actions", "已宣布举措"),
        Bilingual(
            "What was announced, one verb each, and whether anything was reported later. No "
            "action is called kept or done unless an authority says so.",
            "已宣布的举措（每项一个动作）及其后续报道情况。除非有关机构明确说明，本站不称任何举措“已完成”。",
        ),
        "text", ("status", "aim", "priority_area", "progress_note", "note", "topics", "source"),
        group="priority_area.year", newest_first=True,
    ),
    Listing(
        tables.OUTCOMES, SearchKind.OUTCOME,
        Bilingual("Other results", "其他成果"),
        Bilingual("Results that press conferences stated in words.", "发布会以文字表述的成果。"),
        "text", ("topic", "note", "indicators", "areas", "source"),
        group="year", newest_first=True,
    ),
    Listing(tables.SOURCES, SearchKind.SOURCE, Bilingual("Sources", "来源"), Bilingual(
        "The documents from which figures and announcements are taken, and those used for "
        "comparison, by year of publication.",
        "数据和公告所依据的文件及用于对照的文件，按发布年份排列。",
    ), "line", ("standing", "body"), group="published_on", newest_first=True),
    Listing(
        tables.EVENTS, SearchKind.EVENT, Bilingual("Events", "活动"),
        Bilingual(
            "The press conferences, briefings and forums at which figures and commitments were "
            "announced; offices are those held on that day. Documents of one event do not confirm "
            "each other.",
            "公布数据和宣布承诺的发布会、吹风会和论坛，所列职务为活动当日职务。同一活动的多份文件"
            "不构成相互印证。",
        ),
        "name", ("held_on", "place", "organiser", "speakers", "questioner", "note", "documents"),
        group="held_on", newest_first=True,
    ),
    Listing(
        tables.COVERAGES, SearchKind.COVERAGE,
        Bilingual("Coverage: which countries are counted", "统计范围"),
        Bilingual(
            "Which countries a figure counts. Figures of different coverage are not comparable, "
            "and no official list of the countries could be read.",
            "数据所统计的国家范围。范围不同的数据不可比；未查到官方国家名单。",
        ),
        "name", ("description", "basis", "first_published", "last_published", "evidence"),
    ),
    Listing(
        tables.CONTRADICTIONS, SearchKind.CONTRADICTION,
        Bilingual("Published numbers that differ", "存在差异的公布数据"),
        Bilingual(
            "Published numbers for the same thing that differ, each with its source, "
            "and why they differ as far as that can be known.",
            "关于同一事项但存在差异的公布数据，逐一列示其来源，并说明可能的原因。",
        ),
        "name", ("numbers", "cause_label", "reason", "basis", "indicator"),
    ),
    Listing(
        tables.RELATED_DATASETS, SearchKind.RELATED_DATASET,
        Bilingual("Datasets of other publishers", "其他机构的数据集"),
        Bilingual(
            "Datasets of other publishers on similar subjects. Their values are not copied, "
            "because they count other things.",
            "其他机构的相近数据集。其统计内容不同，本站不转载其数值。",
        ),
        "name", ("publisher", "description", "difference", "licence", "address", "indicators"),
    ),
    Listing(tables.TOPICS, SearchKind.TOPIC, Bilingual("Topics", "主题"), Bilingual(
        "The subjects of the press conferences, with what is recorded about each.",
        "发布会所涉主题及相关记录。",
    ), "name", ("description", *RELATED)),
    Listing(
        tables.SECTORS, SearchKind.SECTOR, Bilingual("Sectors", "产业领域"),
        Bilingual("Economic sectors that the texts name.", "文本中提及的产业领域。"), "name",
        ("description", "note", *RELATED),
    ),
    Listing(
        tables.INSTRUMENTS, SearchKind.INSTRUMENT,
        Bilingual("Instruments of cooperation", "合作载体与机制"),
        Bilingual(
            "Platforms, exhibitions, types of project, agreements and mechanisms that the texts "
            "name.",
            "文本中提及的平台、展会、项目类型、协定和机制。",
        ),
        "name", ("description", "note", *RELATED),
    ),
    Listing(
        tables.AREAS, SearchKind.AREA, Bilingual("Countries and groups", "国家与国家组"),
        Bilingual(
            "Countries and groups of countries that figures and texts name.",
            "数据和文本中涉及的国家与国家组。",
        ),
        "name", ("definition", *RELATED),
    ),
    Listing(tables.UNITS, SearchKind.UNIT, Bilingual("Units of measure", "计量单位"), Bilingual(
        "Units in which figures are published. Nothing is converted.",
        "数据公布时使用的计量单位。本站不作换算。",
    ), "name", ("symbol", "description", "indicators")),
)  # fmt: skip
"""The lists that are pages, in the order of the overview of all of them."""
FIELD_LISTINGS = {
    name: listing
    for listing in LISTINGS
    for name in (listing.kind, listing.table.name.replace("-", "_"))
}
FIELD_LISTINGS |= {
    "baseline_indicators": FIELD_LISTINGS["indicators"],
    "documents": FIELD_LISTINGS["sources"],
}
"""The lists of the records that a field refers to, by the name of the field."""
