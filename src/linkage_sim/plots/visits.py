"""The best number of visits: what more checks bring and what they cost, at one budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from linkage_sim.plots.style import FAINT, bare, drawing, looks, new_figure

Gain = tuple[float, float, float]
"""Mean and the two ends of its 90 % range."""
PANELS = ("true suppliers of the firms chosen,\nper 1,000 USD of the budget", "income gained, USD\nper household and year")


def visits_figure(
    visits: Sequence[int],
    per_dollar: Mapping[str, Sequence[Gain]],
    income: Mapping[str, Sequence[Gain]],
    *,
    title: str = "How many suppliers to visit before firms are chosen",
    note: str = "Dots: average over the same simulated worlds; upright bars: its 90 % range; rings: the best number.",
    width: float = 9.2,
    height: float = 4.6,
) -> Figure:
    """Draw one line per setting in two panels that share the number of visits.

    Parameters
    ----------
    visits : per applicant, rising
    per_dollar, income : setting -> (mean, low, high) at each number of visits
    title, note : above and below; empty for none
    width, height : inches

    Raises
    ------
    ValueError
        where a setting has not one value for every number of visits, or the panels have other settings.
    """
    if list(per_dollar) != list(income):
        raise ValueError("both panels need the same settings")
    for name, values in (*per_dollar.items(), *income.items()):
        if len(values) != len(visits):
            raise ValueError(f"{name}: {len(values)} values for {len(visits)} numbers of visits")
    with drawing():
        figure = new_figure(width, height)
        panel = (width - 1.9) / 2
        for place, (label, lines) in enumerate(zip(PANELS, (per_dollar, income), strict=True)):
            left = 0.85 + place * (panel + 0.85)
            axes = figure.add_axes((left / width, 0.95 / height, panel / width, (height - 1.9) / height))
            _panel(axes, visits, lines)
            axes.set_ylabel(label)
            if place == 0:
                handles, names = axes.get_legend_handles_labels()
                figure.legend(
                    handles, names, loc="upper left", bbox_to_anchor=(0.85 / width - 0.01, 1 - 0.42 / height), ncols=3, handlelength=3.2,
                    borderpad=0,
                )  # fmt: skip
        figure.text(0.85 / width, 1 - 0.3 / height, title, fontsize=12.5, fontweight="bold", va="center")
        figure.text(0.85 / width, 0.14 / height, note, fontsize=9.5, va="bottom")
        return figure


def _panel(axes: Axes, visits: Sequence[int], lines: Mapping[str, Sequence[Gain]]) -> None:
    """Lines of one panel; numbers of visits stand at equal distances."""
    styles = looks(lines)
    middle = (len(lines) - 1) / 2
    for order, (name, values) in enumerate(lines.items()):
        places = [place + (order - middle) * 0.09 for place in range(len(visits))]
        means = [value[0] for value in values]
        look = styles[name]
        axes.vlines(places, [value[1] for value in values], [value[2] for value in values], color=look.colour, linewidth=1.2, zorder=2)
        axes.plot(
            places, means, color=look.colour, linestyle=look.line, marker=look.marker, markersize=6, markeredgecolor="white", label=name,
            zorder=3,
        )  # fmt: skip
        best = means.index(max(means))
        axes.plot(places[best], means[best], marker="o", markersize=13, markerfacecolor="none", markeredgecolor=look.colour, zorder=4)
    axes.set_xticks(range(len(visits)), [str(number) for number in visits])
    axes.set_ylim(bottom=0.0)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_xlabel("visits to claimed suppliers, per applicant")
    bare(axes, left=True)
