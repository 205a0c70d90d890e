"""The picture: how the product stands beside each of the others, as bars in an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from bench.figures import Figures
from bench.servers import NAMES, PRODUCT
from bench.targets import Ratio

_WIDTH, _LEFT, _BAR, _ROW = 860, 250, 470, 22
_COLOURS = {True: "#2e7d32", False: "#c62828", None: "#607d8b"}
_TEXT, _FAINT, _PAPER = "#222222", "#777777", "#ffffff"

Line = tuple[str, Ratio]


def drawn(found: Sequence[Figures], file: Path) -> Path:
    """Draw all of it into the file."""
    parts, top = [], 24
    for title, most, lines in _charts(found):
        parts += _chart(title, most, lines, top)
        top += 56 + _ROW * len(lines)
    legend = "The black line is the target; grey bars have none. An arrow: the bar is longer than the paper."
    parts.append(_words(20, top, legend, size=11, colour=_FAINT))
    height = top + 20
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" font-family="Helvetica, Arial, DejaVu Sans, sans-serif">'
    paper = f'<rect width="{_WIDTH}" height="{height}" fill="{_PAPER}"/>'
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([head, paper, *parts, "</svg>\n"]), encoding="utf-8")
    return file


def _charts(found: Sequence[Figures]) -> list[tuple[str, float, list[Line]]]:
    charts = []
    for figures in found:
        lines = [
            (f"{figures.names[journey]} : {NAMES[side]}", figures.ratio(journey, side))
            for journey, sides in figures.journeys.items()
            for side in sides
            if side != PRODUCT
        ]
        if lines:
            title = f"{figures.version}: answers of the product for one of theirs"
            charts.append((title, _most(lines), lines))
        grown = [
            (f"{figures.names[journey]} : {NAMES[side]}, {times}x", figures.grown(journey, side, times))
            for journey, sides in figures.growth.items()
            for side, sizes in sides.items()
            for times in list(sizes)[1:]
        ]
        if grown:
            charts.append(
                (f"{figures.version}: how many times as long with so many times the rows", _most(grown), grown)
            )
    return charts


def _most(lines: Sequence[Line]) -> float:
    """Where the scale ends: a little beyond the longest bar, but nobody much slower makes the others invisible."""
    targets = [line.at_least or line.at_most or 0.0 for _, line in lines]
    return max(1.2, 1.25 * max(targets), min(1.05 * max(line.value for _, line in lines), 4.0))


def _chart(title: str, most: float, lines: Sequence[Line], top: int) -> list[str]:
    parts = [_words(20, top, title, size=15, bold=True)]
    for number, (name, ratio) in enumerate(lines):
        y = top + 14 + _ROW * number
        width = _BAR * min(ratio.value / most, 1.0)
        colour = _COLOURS[ratio.is_reached]
        parts.append(_words(_LEFT - 8, y + 14, name, anchor="end"))
        parts.append(f'<rect x="{_LEFT}" y="{y + 3}" width="{width:.1f}" height="{_ROW - 7}" fill="{colour}"/>')
        target = ratio.at_least or ratio.at_most
        if target is not None:
            x = _LEFT + _BAR * target / most
            parts.append(f'<rect x="{x - 1:.1f}" y="{y}" width="2" height="{_ROW - 1}" fill="{_TEXT}"/>')
        said = f"{ratio.value:.2f} x" + (" →" if ratio.value > most else "") + _verdict(ratio)
        x = max(width, _BAR * (target or 0.0) / most) + _LEFT + 8
        parts.append(_words(round(x), y + 14, said))
    return parts


def _verdict(ratio: Ratio) -> str:
    if ratio.is_reached is None:
        return ""
    return f", {ratio.target} {'reached' if ratio.is_reached else 'not reached'}"


def _words(
    x: int, y: int, text: str, *, size: int = 12, bold: bool = False, anchor: str = "start", colour: str = _TEXT
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'
    )
