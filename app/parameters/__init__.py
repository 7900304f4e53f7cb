"""Models of query parameters: one for each operation."""

from app.parameters.base import *
from app.parameters.observations import *
from app.parameters.records import *


def list_models(model: type[Parameters]) -> list[type[Parameters]]:
    return [model, *(one for child in model.__subclasses__() for one in list_models(child))]


REPEATABLE = frozenset[str]().union(*(one.list_repeatable() for one in list_models(Parameters)))
"""The parameters that take several values in some operation; no value of them has a comma."""
