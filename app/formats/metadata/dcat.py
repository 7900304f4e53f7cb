"""The data set as an entry of a data catalogue, by DCAT: JSON-LD, and Turtle from that."""

import json
from collections.abc import Sequence
from typing import Any

from app.formats.dataset_info import (
    DATA_LICENCE,
    DESCRIPTION,
    KEYWORDS,
    MIT,
    TITLE,
    Distribution,
    cite_dataset,
)
from app.i18n import Bilingual, Language

JSON_LD = "application/ld+json"
TURTLE = "text/turtle"
Node = dict[str, Any]

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
CHINA = "http://publications.europa.eu/resource/authority/country/CHN"
OPERATOR = Bilingual("The operator of this service", "本服务运营者")
SERVICE = Bilingual("REST API of the data set", "数据集 REST API")


def describe_catalog(
    release: Node, forms: Sequence[Distribution], digest: str | None, base: str
) -> Node:
    """Describe the catalogue, its data set, the service, and each form of the data.

    Args:
        release: the release that is served.
        forms: the forms in which the data are to be had.
        digest: the SHA-256 digest of the database file, where it is known.
        base: the address of the service.
    """
    dataset = describe_dataset(release, forms, digest, base)
    return {
        "@context": CONTEXT,
        "@id": f"{base}/v1/catalog",
        "@type": "dcat:Catalog",
        "dct:title": bilingual_values(TITLE),
        "dct:description": bilingual_values(DESCRIPTION),
        "dct:publisher": describe_publisher(base),
        "dct:language": list_languages(),
        "dct:license": {"@id": MIT},
        "dct:modified": date_value(release["released_on"]),
        "foaf:homepage": {"@id": f"{base}/"},
        "dcat:dataset": dataset,
        "dcat:service": {
            "@id": f"{base}/v1",
            "@type": "dcat:DataService",
            "dct:title": bilingual_values(SERVICE),
            "dcat:endpointURL": {"@id": f"{base}/v1"},
            "dcat:endpointDescription": {"@id": f"{base}/openapi.json"},
            "dcat:servesDataset": {"@id": dataset["@id"]},
        },
    }


def describe_dataset(
    release: Node, forms: Sequence[Distribution], digest: str | None, base: str
) -> Node:
    """Describe the data set."""
    return {
        "@id": f"{base}/v1/catalog#dataset",
        "@type": "dcat:Dataset",
        "dct:identifier": release["seed_hash"],
        "dct:title": bilingual_values(TITLE),
        "dct:description": bilingual_values(DESCRIPTION),
        "dct:publisher": describe_publisher(base),
        "dct:language": list_languages(),
        "dct:issued": date_value(release["released_on"]),
        "dct:accrualPeriodicity": {"@id": FREQUENCY},
        "dct:accessRights": {"@id": PUBLIC},
        "dct:spatial": {"@id": CHINA},
        "dct:bibliographicCitation": [
            {"@value": cite_dataset(release, base, language), "@language": language}
            for language in Language
        ],
        "dct:rights": {
            "@type": "dct:RightsStatement",
            "dct:description": bilingual_values(DATA_LICENCE),
        },
        "dcat:version": release["code"],
        "dcat:keyword": [value for words in KEYWORDS for value in bilingual_values(words)],
        "dcat:landingPage": {"@id": f"{base}/"},
        "dcat:contactPoint": {
            "@type": "vcard:Kind",
            "vcard:fn": bilingual_values(OPERATOR),
            "vcard:hasURL": {"@id": f"{base}/v1"},
        },
        "dcat:distribution": [
            {
                "@id": f"{base}{one.path}",
                "@type": "dcat:Distribution",
                "dct:title": bilingual_values(one.title),
                "dct:license": {"@id": MIT},
                "dcat:accessURL": {"@id": f"{base}{one.path}"},
                "dcat:downloadURL": {"@id": f"{base}{one.path}"},
                "dcat:mediaType": {
                    "@id": f"https://www.iana.org/assignments/media-types/{one.media_type}"
                },
                **(describe_checksum(digest) if digest and one.path.endswith(".sqlite") else {}),
            }
            for one in forms
        ],
    }


def bilingual_values(words: Bilingual) -> list[Node]:
    """Give a text in both languages."""
    return [{"@value": words.get(language), "@language": language} for language in Language]


def list_languages() -> list[Node]:
    """Name the languages of the texts."""
    return [{"@id": address} for address in LANGUAGES.values()]


def date_value(value: Any) -> Node:
    """Give a day of the calendar."""
    return {"@value": str(value), "@type": "xsd:date"}


def describe_publisher(base: str) -> Node:
    """Name who answers for the service."""
    return {
        "@id": f"{base}/#operator",
        "@type": "foaf:Agent",
        "foaf:name": bilingual_values(OPERATOR),
    }


def describe_checksum(digest: str) -> Node:
    """Give the digest of a file."""
    algorithm = {"@id": "spdx:checksumAlgorithm_sha256"}
    value = {"@value": digest, "@type": "xsd:hexBinary"}
    told = {"@type": "spdx:Checksum", "spdx:algorithm": algorithm, "spdx:checksumValue": value}
    return {"spdx:checksum": told}


def write_json_ld(described: Node) -> bytes:
    """Write a description as JSON-LD."""
    return json.dumps(described, ensure_ascii=False).encode()


def write_turtle(described: Node) -> bytes:
    """Write a description as Turtle."""
    from rdflib import Graph  # noqa: PLC0415

    graph = Graph()
    graph.parse(data=json.dumps(described), format="json-ld")
    written: str = graph.serialize(format="turtle")
    return written.encode()
