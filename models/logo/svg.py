"""SVG: shapes and their colours, and nothing that runs, moves, or is loaded from anywhere.

What is drawn is written anew from a list of what we know. What other programs leave in a file is left out; what might
do harm, or would not be printed as it looks, is refused.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from models.refusal import InvalidInput, Path

DEEPEST: Final = 32
MOST_SHAPES: Final = 5_000

_SVG = "http://www.w3.org/2000/svg"
_GRADIENTS = {"linearGradient", "radialGradient", "stop"}
_DRAWN = {
    "svg",
    "g",
    "defs",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "clipPath",
} | _GRADIENTS
_LEFT_OUT = {"title", "desc", "metadata"}
_ATTRIBUTES = frozenset(
    [
        "version",
        "width",
        "height",
        "viewBox",
        "preserveAspectRatio",
        "id",
        "transform",
        "d",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "fx",
        "fy",
        "fr",
        "points",
        "pathLength",
        "offset",
        "gradientUnits",
        "gradientTransform",
        "spreadMethod",
        "clipPathUnits",
        "clip-path",
        "clip-rule",
        "fill",
        "fill-rule",
        "fill-opacity",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-dasharray",
        "stroke-dashoffset",
        "stroke-opacity",
        "opacity",
        "color",
        "stop-color",
        "stop-opacity",
        "display",
        "visibility",
    ]
)
# In a value, only another part of the same picture may be named.
_ELSEWHERE = re.compile(r"""url\s*\((?!\s*["']?#)|[\\@<]|/\*|:""", re.IGNORECASE)
_NOWHERE = "@"  # is refused like whatever lies elsewhere
_NUMBER = r"[0-9]{1,5}(?:\.[0-9]+)?"
_SEEN = re.compile(rf"\s*-?{_NUMBER}[\s,]+-?{_NUMBER}[\s,]+{_NUMBER}[\s,]+{_NUMBER}\s*")
_SIZED = re.compile(r"\s*(?:[0-9]{1,4}(?:\.[0-9]+)?(?:px|pt|mm|cm|in)?|100%)\s*")


def checked(file: bytes, *, path: Path) -> bytes:
    """The picture, written anew.

    Raises:
        InvalidInput: it is no SVG, or holds more than shapes with colours.
    """
    drawing = _Drawing(path)
    reader = expat.ParserCreate("UTF-8", namespace_separator=" ")
    reader.StartElementHandler, reader.EndElementHandler = drawing.begin, drawing.end
    reader.StartDoctypeDeclHandler = drawing.doctype
    try:
        reader.Parse(file, True)  # noqa: FBT003 - this is all of it
    except expat.ExpatError as broken:
        raise InvalidInput("This is no PNG and no SVG. Please choose another file.", path=path) from broken
    return drawing.written()


class _Drawing:
    """What has been read so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts: list[str] = []
        self._open: list[str] = []
        self._ignored = 0
        self._shapes = 0

    def begin(self, name: str, given: dict[str, str]) -> None:
        """An element begins."""
        space, _, tag = name.rpartition(" ")
        if not self._open and (space, tag) != (_SVG, "svg"):
            raise InvalidInput("This is no PNG and no SVG. Please choose another file.", path=self._path)
        if self._ignored or space != _SVG or tag in _LEFT_OUT:
            self._ignored += 1
            return
        if tag not in _DRAWN or (tag == "svg" and self._open):
            raise InvalidInput(
                f"Please use an SVG of plain shapes: this one holds <{tag[:40]}>. Texts become shapes when they are turned into"
                " paths, styles when they are written at each shape.",
                path=self._path,
            )
        self._shapes += 1
        if self._shapes > MOST_SHAPES or len(self._open) >= DEEPEST:
            raise InvalidInput("This picture has too many parts. Please use a simpler one.", path=self._path)
        self._open.append(tag)
        space_of_its_own = f" xmlns={quoteattr(_SVG)}" if tag == "svg" else ""
        self._parts.append(f"<{tag}{space_of_its_own}{''.join(self._attributes(tag, given))}>")

    def end(self, _name: str) -> None:
        """An element ends."""
        if self._ignored:
            self._ignored -= 1
            return
        self._parts.append(f"</{self._open.pop()}>")

    def doctype(self, _name: str, _system: str | None, _public: str | None, has_words_of_its_own: bool) -> None:  # noqa: FBT001 - as expat tells it
        """A document type is told; one that brings entities brings whatever it likes."""
        if has_words_of_its_own:
            raise InvalidInput("Please save this SVG without entities (a DOCTYPE of its own).", path=self._path)

    def written(self) -> bytes:
        """The picture."""
        return "".join(self._parts).encode()

    def _attributes(self, tag: str, given: dict[str, str]) -> list[str]:
        if tag == "svg":
            self._must_have_a_size(given)
        kept = {name: value for name, value in given.items() if name in _ATTRIBUTES}
        for declared in filter(str.strip, given.get("style", "").split(";")):
            name, _, value = (part.strip() for part in declared.partition(":"))
            if name in _ATTRIBUTES:
                kept[name] = value
        for name, value in given.items():
            if name.lower().startswith("on"):
                raise InvalidInput("Please use an SVG that runs nothing.", path=self._path)
            if name.rpartition(" ")[2].lower() == "href":
                kept["href"] = value if value.startswith("#") and tag in _GRADIENTS else _NOWHERE
        for value in kept.values():
            if _ELSEWHERE.search(value):
                raise InvalidInput("Please use an SVG that names nothing outside of itself.", path=self._path)
        return [f" {name}={quoteattr(value)}" for name, value in kept.items()]

    def _must_have_a_size(self, given: dict[str, str]) -> None:
        sizes = [given[name] for name in ("width", "height") if name in given]
        is_seen = "viewBox" not in given or _SEEN.fullmatch(given["viewBox"])
        is_sized = all(_SIZED.fullmatch(size) for size in sizes)
        if not (is_seen and is_sized and (len(sizes) == 2 or "viewBox" in given)):
            raise InvalidInput("Please use an SVG that says how wide and how high it is.", path=self._path)
