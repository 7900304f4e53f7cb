"""The dataset for search engines (schema.org), embedded in pages."""

import json
from collections.abc import Iterable, Sequence

from app.db.columns import Record
from app.formats.citations import quote_observation
from app.formats.dataset_info import (
    CATALOG_PATH,
    DATA_LICENCE,
    DESCRIPTION,
    KEYWORDS,
    LICENCE_URL,
    OPERATOR,
    TITLE,
    Distribution,
    cite_dataset,
)
from app.i18n import Bilingual, Language
from app.queries.indicators import get_newest_observation


def describe_dataset(
    release: Record,
    indicators: Iterable[Record],
    distributions: Sequence[Distribution],
    base: str,
    language: Language,
) -> Record:
    """Describe the dataset; the indicators have their headline values."""
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": f"{base}{CATALOG_PATH}#dataset",
        "name": TITLE.get(language),
        "alternateName": [TITLE.get(one) for one in Language if one is not language],
        "description": DESCRIPTION.get(language),
        "url": f"{base}/",
        **describe_edition(release, base, language),
        "temporalCoverage": f"{release['first_day']}/{release['last_day']}",
        "usageInfo": DATA_LICENCE.get(language),
        "keywords": [keyword.get(language) for keyword in KEYWORDS],
        "creditText": cite_dataset(release, base, language),
        "publisher": describe_publisher(base, language),
        "spatialCoverage": {"@type": "Place", "name": Bilingual("China", "中国").get(language)},
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": TITLE.get(language),
            "url": f"{base}{CATALOG_PATH}",
        },
        "variableMeasured": [
            describe_variable(one, one["headline"], language) for one in indicators
        ],
        "distribution": [
            {"name": one.title.get(language)} | describe_download(one, base)
            for one in distributions
        ],
    }


def describe_indicator(
    indicator: Record,
    release: Record,
    distributions: Sequence[Distribution],
    base: str,
    language: Language,
) -> Record:
    whole = {"@type": "Dataset", "@id": f"{base}{CATALOG_PATH}#dataset", "url": f"{base}/"}
    definition = indicator["definition"]
    return {
        "@context": "https://schema.org",
        **describe_part(f"{base}/indicators", indicator, [definition, indicator["note"]], language),
        "identifier": indicator["code"],
        **describe_edition(release, base, language),
        "isPartOf": whole | {"name": TITLE.get(language), "description": DESCRIPTION.get(language)},
        "hasPart": [
            describe_part(f"{base}/series", one, [definition], language)
            for one in indicator["series"]
        ],
        "variableMeasured": [
            describe_variable(indicator, get_newest_observation(indicator), language)
        ],
        "distribution": describe_downloads(distributions, base, f"?indicator={indicator['code']}"),
    }


def describe_series(
    series: Record,
    release: Record,
    distributions: Sequence[Distribution],
    base: str,
    language: Language,
) -> Record:
    """Describe a series as a part of its indicator, with its newest value as text."""
    indicator, definition = series["indicator"], series["definition"]
    newest = series["points"][-1] if series["points"] else None
    quoted = newest and quote_observation(newest, newest["citation"]["short"], language)
    return {
        "@context": "https://schema.org",
        **describe_part(f"{base}/series", series, [definition, series["note"]], language),
        "identifier": series["code"],
        **describe_edition(release, base, language),
        "isPartOf": describe_part(f"{base}/indicators", indicator, [definition], language),
        "temporalCoverage": newest
        and f"{series['first_period']['start']}/{series['last_period']['end']}",
        "variableMeasured": [
            {
                "@type": "PropertyValue",
                "propertyID": series["code"],
                "name": series["name"],
                "unitText": series["unit"]["name"],
                "value": quoted,
            }
        ],
        "distribution": describe_downloads(distributions, base, f"?series={series['code']}"),
    }


def describe_part(base: str, part: Record, texts: list[str | None], language: Language) -> Record:
    """Describe a data set that has a page, in at least 50 characters, as search engines require."""
    url, name = f"{base}/{part['code']}", part["name"]
    text = language.space.join(filter(None, [*texts, DESCRIPTION.get(language)]))
    whole = {"@type": "Dataset", "@id": f"{url}#dataset", "name": name, "url": url}
    return whole | {"description": name + language.colon + text}


def describe_downloads(
    distributions: Iterable[Distribution], base: str, query: str
) -> list[Record]:
    return [describe_download(one, base, query) for one in distributions if not one.is_whole]


def describe_edition(release: Record, base: str, language: Language) -> Record:
    return {
        "version": release["code"],
        "datePublished": str(release["first_released_on"]),
        "dateModified": str(release["released_on"]),
        "inLanguage": list(Language),
        "isAccessibleForFree": True,
        "license": LICENCE_URL,
        "creator": describe_publisher(base, language),
    }


def describe_download(distribution: Distribution, base: str, query: str = "") -> Record:
    return {
        "@type": "DataDownload",
        "contentUrl": f"{base}{distribution.path}{query}",
        "encodingFormat": distribution.media_type,
    }


def describe_variable(indicator: Record, figure: Record | None, language: Language) -> Record:
    """Describe an indicator, with a figure of it as text so that nothing about it is lost."""
    quoted = figure and quote_observation(figure, figure["citation"]["short"], language)
    return {
        "@type": "PropertyValue",
        "propertyID": indicator["code"],
        "name": indicator["name"],
        "unitText": (figure or indicator)["unit"]["name"],
        **({"value": quoted} if quoted else {}),
    }


def describe_publisher(base: str, language: Language) -> Record:
    return {
        "@type": "Organization",
        "@id": f"{base}/#operator",
        "name": OPERATOR.get(language),
        "url": f"{base}/",
    }


def embed_json(description: Record) -> str:
    """Format a description for a script element, which its text must not end."""
    text = json.dumps(description, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
