"""The tables that the bench prints."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.table import Table

from .outcomes import Cell

_NOTE = (
    "Simulated model: real engine, real Messages protocol, odds from healing/odds.toml. Success: the driver reads its API's "
    "own server. After guards: by the end of attempt 1. Waits are a hundredth of the product's. Resampling may use as many "
    "tokens as `complete` took in all. Facts wrong: APIs whose description is wrong in one; untrue, told: the driver says that an "
    "object is left out, or was not read from the API."
)


def result_table(cells: Sequence[tuple[str, Cell]], *, sessions: int, seed: str, paced: bool) -> Table:
    """A row for each cell. Not `paced`, the model answers at once, and how long a session takes says nothing."""
    table = Table(
        title=f"healing (simulated), {sessions} sessions a cell, seed {seed}", caption=_NOTE, caption_justify="left"
    )
    for name in (
        "set", "arm", "first\ntry", "after\nguards", "after\nsuperv.", "of logic\nfaults", "facts\nright", "facts\nwrong",
        "untrue,\ntold", "false\nsuccess", "attempts",
        "diag-\nnoses", "requests", "tokens", "dollars", "saved", "cache\nread", "wall/\nchain", "by tem-\nplates", "internal",
    ):  # fmt: skip
        table.add_column(name, justify="left" if name == "arm" else "right")
    last = ""
    for label, cell in cells:
        row = cell.row()
        shown = f"{cell.first_try:.0%} {label}".strip()
        if last and shown != last:
            table.add_section()
        last = shown
        table.add_row(
            shown, cell.arm, _share(row["first_try"]), _share(row["after_guards"]), _share(row["success"]),
            _share(row["success_in_logic"]), _share(row["success_by_right_facts"]), _share(row["success_by_wrong_facts"]),
            _share(row["told"]), _share(row["false"]), f"{row['attempts']:.2f}", f"{row['diagnoses']:.2f}",
            f"{row['requests']:.1f}", f"{row['tokens']:.0f}", f"{row['dollars']:.2f}", f"{row['saved']:.2f}",
            _share(row["cache_read"]), f"{row['wall_over_chain']:.2f}" if paced else "-", _share(row["by_templates"]),
            f"{float(row['internal']):.2%}",
        )  # fmt: skip
    return table


def faults_table(found: Mapping[str, Counter[str]]) -> Table:
    """What finds the faults of each kind first."""
    columns = ("validation", "contract", "truth", "nothing")
    table = Table("kind", "faults", *columns, title="faults, by what finds them first; those of `nothing` are not used")
    for kind, count in found.items():
        table.add_row(kind, str(sum(count.values())), *(str(count[column]) for column in columns))
    return table


def _share(value: float | str) -> str:
    return f"{float(value):.1%}"
