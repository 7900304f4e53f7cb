"""The data set for search engines, by schema.org, as it stands in a page."""

import json
from collections.abc import Iterable
from typing import Any

from app.formats.about import (
    DATA_LICENCE,
    DESCRIPTION,
    DISTRIBUTIONS,
    KEYWORDS,
    MIT,
    TITLE,
    citation,
    distributions,
)
from app.formats.catalog import OPERATOR
from app.text import Language, Words

Node = dict[str, Any]


def dataset(
    release: Node,
    indicators: Iterable[Node],
    base: str,
    language: Language,
    *,
    has_file: bool,
) -> Node:
    """Describe the data set.

    Args:
        release: the release that is served.
        indicators: what it measures, each with its headline.
        base: the address of the service.
        language: the language of the texts.
        has_file: whether the database is a file that can be had.
    """
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": f"{base}/v1/catalog#dataset",
        "name": TITLE.to(language),
        "alternateName": [TITLE.to(one) for one in Language if one is not language],
        "description": DESCRIPTION.to(language),
        "url": f"{base}/",
        "identifier": release["seed_hash"],
        "version": release["code"],
        "datePublished": str(release["released_on"]),
        "dateModified": str(release["released_on"]),
        "inLanguage": list(Language),
        "isAccessibleForFree": True,
        "license": MIT,
        "usageInfo": DATA_LICENCE.to(language),
        "keywords": [word.to(language) for word in KEYWORDS],
        "creditText": citation(release, base, language),
        "creator": operator(base, language),
        "publisher": operator(base, language),
        "spatialCoverage": {"@type": "Place", "name": Words("China", "中国").to(language)},
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": TITLE.to(language),
            "url": f"{base}/v1/catalog.jsonld",
        },
        "variableMeasured": [measured(one) for one in indicators],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": one.title.to(language),
                "contentUrl": f"{base}{one.path}",
                "encodingFormat": one.media_type,
            }
            for one in distributions(is_file=has_file)
        ],
    }


def of_indicator(indicator: Node, release: Node, base: str, language: Language) -> Node:
    """Describe one indicator as a part of the data set."""
    code = indicator["code"]
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": f"{base}/indicators/{code}#dataset",
        "name": indicator["name"],
        "description": f"{indicator['definition']} {indicator['note'] or ''}".strip(),
        "url": f"{base}/indicators/{code}",
        "identifier": code,
        "version": release["code"],
        "datePublished": str(release["released_on"]),
        "inLanguage": list(Language),
        "isAccessibleForFree": True,
        "license": MIT,
        "creator": operator(base, language),
        "isPartOf": {"@type": "Dataset", "@id": f"{base}/v1/catalog#dataset", "url": f"{base}/"}
        | {"name": TITLE.to(language), "description": DESCRIPTION.to(language)},
        "variableMeasured": [measured(indicator)],
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": f"{base}{one.path}?indicator={code}",
                "encodingFormat": one.media_type,
            }
            for one in DISTRIBUTIONS
            if one.path.startswith("/v1/observations.")
        ],
    }


def measured(indicator: Node) -> Node:
    """Describe what is measured, with the newest figure in words, so that no qualifier is lost."""
    headline = indicator["headline"]
    return {
        "@type": "PropertyValue",
        "propertyID": indicator["code"],
        "name": indicator["name"],
        "unitText": indicator["unit"]["name"],
        **({"value": f"{headline['display']} ({headline['period']['label']})"} if headline else {}),
    }


def operator(base: str, language: Language) -> Node:
    """Name who answers for the service."""
    return {
        "@type": "Organization",
        "@id": f"{base}/#operator",
        "name": OPERATOR.to(language),
        "url": f"{base}/",
    }


def embedded(described: Node) -> str:
    """Write a description so that it can stand in a page, in which it cannot end its element."""
    text = json.dumps(described, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
