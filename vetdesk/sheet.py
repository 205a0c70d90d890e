"""Sheets: pages of plain HTML that run nothing and load nothing, for whoever follows a link without signing in."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sheet:
    """How pages of one kind look: a template, and the one style that stands in it."""

    template: Template
    style: Markup

    @classmethod
    def of(cls, folder: Path) -> Sheet:
        """The `page.html` and the `page.css` of the folder."""
        environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
        # The style is ours, and must stay as it is hashed.
        style = Markup((folder / "page.css").read_text(encoding="utf-8").strip())  # noqa: S704
        return cls(environment.get_template("page.html"), style)

    def policy(self, *, buttons_lead: Literal["none", "self"]) -> str:
        """The `Content-Security-Policy`: this style and nothing else; buttons lead nowhere, or back to ourselves."""
        digest = base64.b64encode(hashlib.sha256(self.style.encode()).digest()).decode()
        return (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action '{buttons_lead}'; "
            "frame-ancestors 'none'"
        )

    def html(self, page: object, language: str) -> str:
        """The page as HTML in that language; whatever is put into it is escaped."""
        return self.template.render(style=self.style, language=language, page=page)
