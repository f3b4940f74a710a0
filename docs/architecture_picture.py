"""Draws docs/images/architecture.svg (`python docs/architecture_picture.py`); a test holds it to the code."""

from pathlib import Path
from xml.sax.saxutils import escape

PICTURE = Path(__file__).parent / "images" / "architecture.svg"

#: From the top down: what stands in a row may import what stands in a lower one, never the other way.
LAYERS = (
    {"command": "the command line"},
    {
        "report": "charts, the page, Word, Excel",
        "data": "returns, lists, calibration, back-test",
        "testing": "small worlds, the audit",
    },
    {"study": "scenarios × worlds, questions, intervals, files"},
    {"simulation": "one run: SimPy is the clock"},
    {
        "workforce": "posts, hiring, leaving, agency, managers (SimPy)",
        "run": "what one run gives",
        "dashboard": "what managers see",
    },
    {"casework": "families, stages, allocation, drift (compiled)", "checks": "what is asked for"},
    {
        "demand": "referrals; all luck",
        "interventions": "policies and events",
        "numbers": "how they are printed",
    },
    {"authority": "the service as a value; every default a record", "measures": "what is counted"},
)
#: Used by all of them, and drawn as the floor: errors, orders, arrays, files.
FLOOR = ("errors", "orders", "samples", "files", "record_file", "compiled")

_WIDTH, _ROW, _GAP, _LEFT = 840, 64, 14, 46
_FILLS = {"casework": "#fbe3d6", "workforce": "#d9ecf7", "simulation": "#d9ecf7"}


def svg() -> str:
    """The picture."""
    height = (len(LAYERS) + 1) * (_ROW + _GAP) + 2 * _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        'font-family="DejaVu Sans, Arial, sans-serif">',
        "<title>The parts of workforce_sim, from the command down to the authority</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="4" refY="4" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#595959"/></marker></defs>',
        f'<line x1="22" y1="{2 * _GAP}" x2="22" y2="{height - 2 * _GAP}" stroke="#595959" stroke-width="2" '
        'marker-end="url(#tip)"/>',
        f'<text transform="translate(15 {height / 2}) rotate(-90)" font-size="14" fill="#595959" '
        'text-anchor="middle">imports</text>',
    ]
    y = _GAP
    for layer in LAYERS:
        parts += _row(layer, y)
        y += _ROW + _GAP
    parts += _row({", ".join(FLOOR): "small things used everywhere"}, y, fill="#f2f2f2")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _row(layer: dict[str, str], y: float, fill: str = "#f7f7f7") -> list[str]:
    """Boxes side by side, as wide as what they say needs."""
    room = _WIDTH - _LEFT - _GAP - _GAP * (len(layer) - 1)
    letters = [max(len(name) * 1.25, len(what)) + 4 for name, what in layer.items()]
    parts, x = [], float(_LEFT)
    for (name, what), needs in zip(layer.items(), letters, strict=True):
        width = room * needs / sum(letters)
        colour = _FILLS.get(name, fill)
        parts += [
            f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_ROW}" rx="6" fill="{colour}" '
            'stroke="#595959"/>',
            f'<text x="{x + width / 2:.1f}" y="{y + 27}" font-size="16" font-weight="bold" '
            f'text-anchor="middle" fill="#1a1a1a">{escape(name)}</text>',
            f'<text x="{x + width / 2:.1f}" y="{y + 48}" font-size="13" text-anchor="middle" '
            f'fill="#1a1a1a">{escape(what)}</text>',
        ]
        x += width + _GAP
    return parts


if __name__ == "__main__":
    PICTURE.write_text(svg(), encoding="utf-8")
