"""Declarations of routes: what a request needs of them now, and what the OpenAPI document needs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.routing import BaseRoute

Endpoint = Callable[..., Any]


@dataclass(frozen=True)
class RouteDeclaration:
    path: str
    endpoint: Endpoint
    include_in_schema: bool = True


class RouteDeclarations(APIRouter):
    """A router of FastAPI that analyses its routes only when the OpenAPI document is built.

    This would take an eighth of the time of a start, and requests do not need it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, generate_unique_id_function=lambda route: route.name)
        self.declared: list[RouteDeclaration] = []
        self.undescribed: list[Callable[[], None]] = []

    def add_api_route(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        is_described = self.include_in_schema and options.get("include_in_schema", True)
        self.declared.append(RouteDeclaration(f"{self.prefix}{path}", endpoint, is_described))
        self.undescribed.append(partial(super().add_api_route, path, endpoint, **options))

    def describe_routes(self) -> list[BaseRoute]:
        """Have FastAPI analyse the routes, unless it has."""
        while self.undescribed:
            self.undescribed.pop(0)()
        return self.routes


def describe_routes(routers: Iterable[RouteDeclarations]) -> list[BaseRoute]:
    return [route for router in routers for route in router.describe_routes()]
