"""The types of structure-specific SDMX data, which the data structure defines."""

from pathlib import Path

from app.formats.sdmx.components import ATTRIBUTES, MEASURE, SERIES_KEY, Component, TextType
from app.parameters.sdmx import TIME

TYPES = {
    TextType.STRING: "xs:string",
    TextType.DOUBLE: "xs:double",
    TextType.INTEGER: "xs:integer",
    TextType.DAY: "common:BasicTimePeriodType",
    TextType.TIME: "common:ObservationalTimePeriodType",
}
COMPLEX = """<xs:complexType name="{0}Type"><xs:complexContent>
  <xs:restriction base="ss:{0}Type"><xs:sequence>{1}</xs:sequence>{2}</xs:restriction>
</xs:complexContent></xs:complexType>"""
ELEMENT = """<xs:element name="{0}" type="{0}Type" form="unqualified"
  minOccurs="0" maxOccurs="unbounded"/>"""
CHOICE = '<xs:choice minOccurs="0" maxOccurs="{0}">{1}</xs:choice>'
ANNOTATIONS = '<xs:element ref="common:Annotations" minOccurs="0"/>'


def build_schema(message: Path, space: str, version: str, *, whole: bool) -> str:
    """Build a schema of structure-specific messages.

    Args:
        message: the official schema of messages.
        space: the namespace of the types; it ends with the dimension at the observation.
        version: the version in official namespaces, such as v2_1.
        whole: whether observations must have what is mandatory.
    """
    at = space.rpartition(":")[2]
    flat = at == "AllDimensions"
    dimensions = {one.id: declare_component(one, must=True) for one in SERIES_KEY}
    dimensions[TIME] = f'<xs:attribute name="{TIME}" type="{TYPES[TextType.TIME]}" use="required"/>'
    apart = list(dimensions) if flat else [at]
    values = "".join(
        declare_component(one, must=whole and one.is_mandatory) for one in (MEASURE, *ATTRIBUTES)
    )
    observation = "".join(dimensions[name] for name in apart) + values
    series = "".join(text for name, text in dimensions.items() if name not in apart)
    children = ELEMENT.format("Obs" if flat else "Series")
    most = 1 if version == "v2_1" else "unbounded"
    types = [
        COMPLEX.format("Obs", ANNOTATIONS, observation),
        COMPLEX.format("DataSet", ANNOTATIONS + CHOICE.format(most, children), ""),
    ]
    if not flat:
        types.append(COMPLEX.format("Series", ANNOTATIONS + ELEMENT.format("Obs"), series))
    official = f"http://www.sdmx.org/resources/sdmxml/schemas/{version}"
    return f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{space}"
      xmlns:ss="{official}/data/structurespecific" xmlns:common="{official}/common"
      targetNamespace="{space}" elementFormDefault="qualified">
      <xs:import namespace="{official}/message" schemaLocation="{message}"/>
      <xs:import namespace="{official}/data/structurespecific"/>
      <xs:import namespace="{official}/common"/>
      {"".join(types)}</xs:schema>"""


def declare_component(one: Component, *, must: bool) -> str:
    """Declare a component as an attribute of XML."""
    kind = "xs:string" if one.codelist else TYPES[TextType(one.representation)]
    use = "required" if must else "optional"
    return f'<xs:attribute name="{one.id}" type="{kind}" use="{use}"/>'
