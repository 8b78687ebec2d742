"""A small sample of a plan's line and marker, shown wherever the plan is named."""

from __future__ import annotations

from markupsafe import Markup

from linkage_sim.plots.style import Look

_SHAPES = {
    "o": '<circle cx="20" cy="7" r="4.2"/>',
    "s": '<rect x="16" y="3" width="8" height="8"/>',
    "^": '<path d="M20 2 L25 11 L15 11 Z"/>',
    "v": '<path d="M20 12 L25 3 L15 3 Z"/>',
    "D": '<path d="M20 1.6 L25.4 7 L20 12.4 L14.6 7 Z"/>',
    "P": '<path d="M18 2h4v3h3v4h-3v3h-4v-3h-3v-4h3z"/>',
    "<": '<path d="M15 7 L24 2 L24 12 Z"/>',
    ">": '<path d="M25 7 L16 2 L16 12 Z"/>',
    "x": '<path d="M16 3 L24 11 M24 3 L16 11" fill="none" stroke-width="2"/>',
}


def swatch(look: Look) -> Markup:
    """Line and marker of a plan as a small inline picture; the name beside it speaks for it."""
    dash = " ".join(f"{1.8 * length:g}" for length in look.dash)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    line = f'<path d="M1 7 H39" fill="none" stroke-width="1.8"{dashed}/>'
    shape = _SHAPES.get(look.marker, _SHAPES["o"])
    return Markup(
        f'<svg class="swatch" viewBox="0 0 40 14" width="40" height="14" aria-hidden="true" '
        f'fill="{look.colour}" stroke="{look.colour}">{line}{shape}</svg>'
    )
