from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class LocalOwnerScheme(OpenApiAuthenticationExtension):
    """Say in the API schema that local mode asks for no credentials."""

    target_class = "accounts.authentication.LocalOwnerAuthentication"
    name: list[str] = []

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:  # noqa: ARG002
        return {}

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:  # noqa: ARG002
        return []
