"""Are the objects of drivers the collections that people see in a description, and called as people would call them?

    python bench/objects.py [FOLDER] [--half development|held_out] [--misses] [--json FILE]

FOLDER (by default `../shared/specs` beside the checkout) holds the descriptions that `bench/objects/labels/*.toml` name. Of each
the first 60 operations by GET or POST, in the order of its paths, were read by a person, with the schemas of their answers;
objects are counted where their operation stands on one of these paths.

How they were labelled, from the description alone:

- `collections`: the point of the answer is a list of things of one kind. Records, or names that stand for things (languages,
  blocked domains), however few; with or without required parameters; whether the list is bare, in an envelope, a map from
  identifier to record or rows with columns. Search, suggestions, filters whose path ends in a parameter, series by hour or day, the
  versions or the history of one thing are lists too, and so is a POST that a description calls a read. Where the schema says one record
  and the summary says a list, or nothing is said, the summary counts. Several operations in brackets are one collection,
  asked for in several ways: one of them is enough.
- `neutral`: one record by its identifier (the kind of thing has records, although nothing lists them), and what can be told
  either way: several lists side by side, sums with a list in them, lists of one. Neither wanted nor counted against.
- `written`: records that can be made and that nothing reads: neither wanted nor counted against.
- all else is no collection: the only one of its kind (a status, a configuration, settings, who I am), a count, a verdict, one
  computed answer, a token, a file, a list of links, something to do.
- `names`: what a person would call the collection, where that is clear; spelling and the number of a noun do not matter.

A collection is found where it is what an object's `read` asks for; `as lists` counts those whose answer is taken for many records.

`development` is what rules were made for; `held_out` was looked into when they stood, and some kinds were added from it then:
docs/research.md has the figures of before.
"""

import argparse
import json
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from driversmith.engine.models.profile import ApiProfile, ObjectProfile
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.names import singular
from driversmith.engine.research.profile import build_profile
from rich.console import Console
from rich.table import Table

SAMPLE = 60
LABELS = Path(__file__).parent / "objects" / "labels"
SPECS = Path(__file__).resolve().parents[2] / "shared" / "specs"


@dataclass
class Row:
    """What one description gave."""

    name: str
    collections: int = 0
    found: int = 0
    lists: int = 0
    objects: int = 0
    neither: int = 0
    only_written: int = 0
    names: int = 0
    guessed: int = 0
    misses: list[str] = field(default_factory=list[str])


def main() -> None:
    """Measure, and print a table for each half."""
    given = parse_arguments()
    halves = {half: measured(half, given.folder) for half in given.half}
    for half, rows in halves.items():
        print_table(half, rows)
        for row in rows if given.misses else ():
            for miss in row.misses:
                print(f"{row.name}: {miss}")
    if len(halves) > 1:
        print_table("both", [total(half, rows) for half, rows in halves.items()])
    if given.json:
        given.json.write_text(json.dumps({half: [asdict(row) for row in rows] for half, rows in halves.items()}))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=SPECS)
    parser.add_argument("--half", nargs="+", default=["development", "held_out"])
    parser.add_argument("--misses", action="store_true", help="name what was not found, and what is no collection")
    parser.add_argument("--json", type=Path, help="write every row to this file")
    return parser.parse_args()


def measured(half: str, folder: Path) -> list[Row]:
    labels = tomllib.loads((LABELS / f"{half}.toml").read_text(encoding="utf-8"))
    return [judged(label, folder) for label in labels["description"]]


def judged(label: dict[str, Any], folder: Path) -> Row:
    """One description against its labels."""
    content = (folder / label["file"]).read_bytes()
    description = parse_description(content, location=Path(label["file"]).name, max_bytes=64 << 20)
    profile = build_profile(description, api_name="Bench API", base_url="https://api.example.com")
    row = Row(Path(label["file"]).stem)
    groups = [
        [signed(name) for name in ([group] if isinstance(group, str) else group)] for group in label["collections"]
    ]
    wanted = {name for group in groups for name in group}
    neutral = {signed(name) for name in (*label.get("neutral", ()), *label.get("written", ()))}
    read = {
        where(profile, entry, "read"): name for name, entry in profile.objects.items() if "read" in entry.operations
    }
    row.collections, row.found = len(groups), sum(any(name in read for name in group) for group in groups)
    row.lists = sum(
        any(name in read and profile.objects[read[name]].shape != "record" for name in group) for group in groups
    )
    row.misses = [f"not read: {group[0]}" for group in groups if not any(name in read for name in group)]
    paths = sampled(description.document["paths"])
    for name, entry in profile.objects.items():
        verb = next(verb for verb in ("read", "read_one", *entry.operations) if verb in entry.operations)
        signature = where(profile, entry, verb)
        if signature.partition(" ")[2] not in paths:
            continue
        row.objects += 1
        if signature not in wanted and signature not in neutral:
            row.neither += 1
            row.only_written += verb not in ("read", "read_one")
            row.misses.append(f"no collection: {name} ({verb}: {signature})")
    for label_of, guess in label.get("names", {}).items():
        called = next(
            (read[name] for group in groups if signed(label_of) in group for name in group if name in read), ""
        )
        row.names += 1
        row.guessed += alike(called, guess)
        if called and not alike(called, guess):
            row.misses.append(f"called {called}, not {guess}: {label_of}")
    return row


def signed(label: str) -> str:
    return label if label.startswith("POST ") else f"GET {label}"


def where(profile: ApiProfile, entry: ObjectProfile, verb: Any) -> str:
    """`METHOD /path` as the description spells it."""
    _, _, path, method = profile.operations[entry.operations[verb]].evidence.pointer.split("/")
    return f"{method.upper()} {path.replace('~1', '/').replace('~0', '~')}"


def sampled(paths: dict[str, Any]) -> set[str]:
    """The paths that were read by a person."""

    def operations() -> Iterator[str]:
        for path, item in paths.items():
            for method in ("get", "post"):
                if method in item:
                    yield path

    last = [*operations()][:SAMPLE][-1]
    return set([*paths][: [*paths].index(last) + 1])


def alike(called: str, guess: str) -> bool:
    return [*map(singular, called.split("_"))] == [*map(singular, guess.split("_"))]


def total(name: str, rows: list[Row]) -> Row:
    counted = ("collections", "found", "lists", "objects", "neither", "only_written", "names", "guessed")
    return Row(name, **{member: sum(getattr(row, member) for row in rows) for member in counted})


def print_table(title: str, rows: list[Row]) -> None:
    table = Table("description", title=title)
    for heading in (
        "collections",
        "read as objects",
        "objects",
        "no collection",
        "only written",
        "names",
        "as guessed",
    ):
        table.add_column(heading, justify="right")
    whole = total("all", rows)
    for row in (*rows, whole):
        table.add_row(
            row.name,
            str(row.collections),
            share(row.found, row.collections),
            str(row.lists),
            str(row.objects),
            share(row.neither, row.objects),
            str(row.only_written),
            str(row.names),
            share(row.guessed, row.names),
            end_section=row is rows[-1],
        )
    Console(width=140).print(table)


def share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.1%})" if whole else str(part)


if __name__ == "__main__":
    main()
