"""The data set for search engines, by schema.org, as it stands in a page."""

import json
from collections.abc import Iterable
from typing import Any

from app.formats.dataset_info import (
    DATA_LICENCE,
    DESCRIPTION,
    DISTRIBUTIONS,
    KEYWORDS,
    MIT,
    TITLE,
    cite_dataset,
    list_distributions,
)
from app.formats.metadata.dcat import OPERATOR
from app.i18n import Bilingual, Language

Node = dict[str, Any]


def describe_dataset(
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
        "name": TITLE.get(language),
        "alternateName": [TITLE.get(one) for one in Language if one is not language],
        "description": DESCRIPTION.get(language),
        "url": f"{base}/",
        "identifier": release["seed_hash"],
        "version": release["code"],
        "datePublished": str(release["released_on"]),
        "dateModified": str(release["released_on"]),
        "inLanguage": list(Language),
        "isAccessibleForFree": True,
        "license": MIT,
        "usageInfo": DATA_LICENCE.get(language),
        "keywords": [word.get(language) for word in KEYWORDS],
        "creditText": cite_dataset(release, base, language),
        "creator": describe_publisher(base, language),
        "publisher": describe_publisher(base, language),
        "spatialCoverage": {"@type": "Place", "name": Bilingual("China", "中国").get(language)},
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": TITLE.get(language),
            "url": f"{base}/v1/catalog.jsonld",
        },
        "variableMeasured": [describe_variable(one) for one in indicators],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": one.title.get(language),
                "contentUrl": f"{base}{one.path}",
                "encodingFormat": one.media_type,
            }
            for one in list_distributions(is_file=has_file)
        ],
    }


def describe_indicator(indicator: Node, release: Node, base: str, language: Language) -> Node:
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
        "creator": describe_publisher(base, language),
        "isPartOf": {"@type": "Dataset", "@id": f"{base}/v1/catalog#dataset", "url": f"{base}/"}
        | {"name": TITLE.get(language), "description": DESCRIPTION.get(language)},
        "variableMeasured": [describe_variable(indicator)],
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


def describe_variable(indicator: Node) -> Node:
    """Describe what is measured, with the newest figure in words, so that no qualifier is lost."""
    headline = indicator["headline"]
    return {
        "@type": "PropertyValue",
        "propertyID": indicator["code"],
        "name": indicator["name"],
        "unitText": indicator["unit"]["name"],
        **({"value": f"{headline['display']} ({headline['period']['label']})"} if headline else {}),
    }


def describe_publisher(base: str, language: Language) -> Node:
    """Name who answers for the service."""
    return {
        "@type": "Organization",
        "@id": f"{base}/#operator",
        "name": OPERATOR.get(language),
        "url": f"{base}/",
    }


def embed_json(described: Node) -> str:
    """Write a description so that it can stand in a page, in which it cannot end its element."""
    text = json.dumps(described, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
