"""The colours of charts and pages are defined once, in the stylesheet."""

import re

from app.formats.charts.style import PALETTES, STYLESHEET, expand_colour
from app.parameters import Theme


def test_fallback_for_old_browsers_has_the_light_colours() -> None:
    css = STYLESHEET.read_text()
    for name, colour in PALETTES[Theme.LIGHT]._asdict().items():
        (fallback,) = re.findall(rf"--{name}: (#\w+);", css)
        assert expand_colour(fallback) == colour


def test_themes_differ_in_every_colour() -> None:
    light, dark = PALETTES[Theme.LIGHT], PALETTES[Theme.DARK]
    assert all(one != other for one, other in zip(light, dark, strict=True))
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in (*light, *dark))
