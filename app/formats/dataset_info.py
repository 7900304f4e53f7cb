"""The dataset as a whole: title, description, licence and citation, for every format."""

from typing import TYPE_CHECKING, NamedTuple

from app.i18n import Bilingual, Language, format_release

if TYPE_CHECKING:
    from app.db.columns import Record

TITLE = Bilingual("Belt and Road Cooperation Indicators", "共建“一带一路”经贸合作指标")
SHORT_TITLE = Bilingual("BRI Indicators", "一带一路指标")
"""The title where there is little room, such as below an icon."""
DESCRIPTION = Bilingual(
    "Official figures on China's economic cooperation with Belt and Road Initiative (BRI) partner "
    "countries, each with its exact period, qualifier and source reference, and the priority areas "
    "announced for the following year.",
    "中国与共建“一带一路”国家经贸合作官方数据，逐项注明准确统计期、限定词和出处，并收录已公布的"
    "下一年度重点领域。",
)
DATA_LICENCE = Bilingual(
    "Figures and dates are facts; quote them with the source reference. The publishers hold the "
    "copyright in the source documents, of which this dataset contains only short quotations.",
    "数据和日期属于事实，引用时请注明出处。来源文件的版权归其发布机构所有，本数据集仅作简短引用。",
)
HOW_TO_READ = Bilingual(
    "Quote every figure with its qualifier, its period and the countries counted: “over” means "
    "more than the number and “nearly” means less. Compare only figures of the same series (the "
    "same indicator, countries counted, unit and length of period), and not those marked as not "
    "comparable. Never mix the total of a period, a cumulative total and a stock on a date; each "
    "figure says which it is. Growth is quoted as published, with its own source, and is missing "
    "where none was found. Nothing is annualised or converted. All actions are announcements; the "
    "sources state no quantified targets for them.",
    "引用数据时须保留限定词、统计期和统计范围：“逾”表示高于该数，“近”表示低于该数。仅同一序列的数据可比，"
    "即指标、统计范围、计量单位和统计期长度均相同；标明不可比的除外。时期数、累计数和时点数不得混用，各项数据均注明数据性质。增速均为公布值，单独注明来源，未见公布的不列。所有数据均未经年化或换算。各项举措均为已宣布事项，"
    "来源未公布相应量化目标。",
)
CONTACT = Bilingual(
    "Contact the operator of this service{address}. To report an error in a figure, quote the key "
    "of the observation and its source reference.",
    "请联系本服务的运营者{address}。如发现数据有误，请注明数据标识及出处位置。",
)
OPERATOR = Bilingual("The operator of this service", "本服务运营者")
KEYWORDS = (
    Bilingual("Belt and Road", "一带一路"),
    Bilingual("China", "中国"),
    Bilingual("trade", "贸易"),
    Bilingual("investment", "投资"),
    Bilingual("contracted projects", "对外承包工程"),
    Bilingual("official statistics", "官方统计"),
)
CATALOG_PATH = "/v1/catalog.jsonld"
"""The path of the description of the dataset; it is the identifier of the catalogue too."""
LICENCE_URL = "https://opensource.org/license/mit"


class Distribution(NamedTuple):
    path: str
    media_type: str
    title: Bilingual
    is_whole: bool
    """Whether the file contains the whole dataset."""


def cite_dataset(release: "Record", base: str, language: Language) -> str:
    return language.comma.join([name_release(release["code"], language), f"{base}/v1"])


def describe_contact(address: str | None) -> Bilingual:
    """Say whom to contact, and at which address if the operator has set one."""
    named = Bilingual(f" at {address}", f"（{address}）") if address else Bilingual("", "")
    return CONTACT.format(address=named)


def name_release(code: str, language: Language) -> str:
    names = TITLE.get(language), format_release(code, language)
    return language.comma.join(names)
