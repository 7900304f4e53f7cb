"""The dataset for data catalogues (DCAT 3): JSON-LD, and Turtle derived from it."""

import json
from collections.abc import Iterable, Sequence
from datetime import date

from app.db.columns import Record
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

JSON_LD = "application/ld+json"
TURTLE = "text/turtle"

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/IRREG"
PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
LANGUAGES = {
    Language.ENGLISH: "http://publications.europa.eu/resource/authority/language/ENG",
    Language.CHINESE: "http://publications.europa.eu/resource/authority/language/ZHO",
}
THEMES = "http://publications.europa.eu/resource/authority/data-theme"
CHINA = "http://publications.europa.eu/resource/authority/country/CHN"
SHARED = ("dct:publisher", "dcat:contactPoint", "dcat:keyword", "dcat:theme")
"""What is the same for the dataset and its service."""
SERVICE = Bilingual("REST API of the dataset", "数据集REST API")


def describe_catalog(
    release: Record,
    distributions: Sequence[Distribution],
    related: Iterable[Record],
    digest: str | None,
    base: str,
) -> Record:
    """Describe the catalogue and its content; digest is the SHA-256 digest of the database.

    The related datasets of other publishers are named by their addresses.
    """
    dataset = describe_dataset(release, distributions, digest, base) | {
        "dct:relation": [{"@id": one["address"]} for one in related]
    }
    return {
        "@context": CONTEXT,
        "@id": f"{base}{CATALOG_PATH}",
        "@type": "dcat:Catalog",
        "dct:title": build_values(TITLE),
        "dct:description": build_values(DESCRIPTION),
        "dct:publisher": describe_publisher(base),
        "dct:language": list_languages(),
        "dct:license": {"@id": LICENCE_URL},
        "dct:issued": dataset["dct:issued"],
        "dct:modified": dataset["dct:modified"],
        "foaf:homepage": {"@id": f"{base}/"},
        "dcat:themeTaxonomy": {"@id": THEMES},
        "dcat:dataset": dataset,
        "dcat:service": {
            "@id": f"{base}/v1",
            "@type": "dcat:DataService",
            "dct:title": build_values(SERVICE),
            **{name: dataset[name] for name in SHARED},
            "dcat:endpointURL": {"@id": f"{base}/v1"},
            "dcat:endpointDescription": {"@id": f"{base}/openapi.json"},
            "dcat:servesDataset": {"@id": dataset["@id"]},
        },
    }


def describe_dataset(
    release: Record, distributions: Sequence[Distribution], digest: str | None, base: str
) -> Record:
    iri = f"{base}{CATALOG_PATH}#dataset"
    return {
        "@id": iri,
        "@type": "dcat:Dataset",
        # Harvesters take another identifier for another dataset, so each release has the same.
        "dct:identifier": iri,
        "dct:title": build_values(TITLE),
        "dct:description": build_values(DESCRIPTION),
        "dct:publisher": describe_publisher(base),
        "dct:language": list_languages(),
        "dct:issued": build_date(release["first_released_on"]),
        "dct:modified": build_date(release["released_on"]),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": build_date(release["first_day"]),
            "dcat:endDate": build_date(release["last_day"]),
        },
        "dct:accrualPeriodicity": {"@id": FREQUENCY},
        "dct:accessRights": {"@id": PUBLIC},
        "dct:spatial": {"@id": CHINA},
        "dct:bibliographicCitation": [
            {"@value": cite_dataset(release, base, language), "@language": language}
            for language in Language
        ],
        "dct:rights": {
            "@type": "dct:RightsStatement",
            "dct:description": build_values(DATA_LICENCE),
        },
        "dcat:version": release["code"],
        "dcat:theme": {"@id": f"{THEMES}/ECON"},
        "dcat:keyword": [value for keyword in KEYWORDS for value in build_values(keyword)],
        "dcat:landingPage": {"@id": f"{base}/"},
        "dcat:contactPoint": {
            "@type": "vcard:Kind",
            "vcard:fn": build_values(OPERATOR),
            "vcard:hasURL": {"@id": f"{base}/v1"},
        },
        "dcat:distribution": [describe_distribution(one, digest, base) for one in distributions],
    }


def describe_distribution(one: Distribution, digest: str | None, base: str) -> Record:
    url = {"@id": f"{base}{one.path}"}
    media_type = f"https://www.iana.org/assignments/media-types/{one.media_type}"
    return {
        **url,
        "@type": "dcat:Distribution",
        "dct:title": build_values(one.title),
        "dct:license": {"@id": LICENCE_URL},
        "dcat:accessURL": url,
        "dcat:downloadURL": url,
        "dcat:mediaType": {"@id": media_type},
        **(describe_checksum(digest) if digest and one.path.endswith(".sqlite") else {}),
    }


def build_values(text: Bilingual) -> list[Record]:
    return [{"@value": text.get(language), "@language": language} for language in Language]


def list_languages() -> list[Record]:
    return [{"@id": url} for url in LANGUAGES.values()]


def build_date(value: date) -> Record:
    return {"@value": str(value), "@type": "xsd:date"}


def describe_publisher(base: str) -> Record:
    return {"@id": f"{base}/#operator", "@type": "foaf:Agent", "foaf:name": build_values(OPERATOR)}


def describe_checksum(digest: str) -> Record:
    algorithm = {"@id": "spdx:checksumAlgorithm_sha256"}
    value = {"@value": digest, "@type": "xsd:hexBinary"}
    checksum = {"@type": "spdx:Checksum", "spdx:algorithm": algorithm}
    return {"spdx:checksum": checksum | {"spdx:checksumValue": value}}


def write_turtle(description: Record) -> bytes:
    from rdflib import Graph

    graph = Graph()
    graph.parse(data=json.dumps(description), format="json-ld")
    return graph.serialize(format="turtle", encoding="utf-8")
