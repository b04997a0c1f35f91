"""Drivers, and faults seeded into them: all chance comes from one seed."""

import json
import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from driversmith.engine.contract.naming import driver_names
from driversmith.engine.generation.manifest import manifest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.driver import Verification
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.profile import build_profile

HERE = Path(__file__).parent
MAX_BYTES = 16 << 20
_SECRETS = {"_redact(": "self._api_key", "_redacted(": "self._token", "_without_key(": "self._key"}


@dataclass(frozen=True)
class Subject:
    """A correct driver with the profile of its API."""

    name: str
    files: dict[str, str]
    profile: ApiProfile
    package: str
    class_name: str
    prefix: str
    by_hand: bool

    @property
    def words(self) -> dict[str, str]:
        """What stands for the driver's own in a kind of fault."""
        return {
            "{package}": self.package,
            "{class}": self.class_name,
            "{prefix}": self.prefix,
            "{object}": next(iter(self.profile.objects), ""),
            "{host}": urlsplit(self.profile.base_url).hostname or "",
        }


@dataclass(frozen=True)
class Seeded:
    """A driver with one fault."""

    kind: str
    family: str
    severities: tuple[str, ...]
    subject: Subject
    files: dict[str, str]
    places: frozenset[tuple[str, int]]
    """(file, line) that a finding may point to."""


def hand_written() -> list[Subject]:
    """The drivers beside this file."""
    subjects: list[Subject] = []
    for path in sorted((HERE / "apis").glob("*.json")):
        title, profile = _described(path)
        names = driver_names(title)
        root = HERE / "drivers" / names.package
        paths = sorted(p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        files = {p.relative_to(root).as_posix(): p.read_text("utf-8") for p in paths}
        files["profile.json"] = profile.model_dump_json(indent=1, exclude_defaults=True)
        files["driver.json"] = json.dumps({"package": names.package, "class_name": names.class_name})
        subjects.append(
            Subject(path.stem, files, profile, names.package, names.class_name, names.env_prefix, by_hand=True)
        )
    return subjects


def templated(folder: Path | None = None) -> Iterator[Subject]:
    """What the template engine writes for the descriptions beside this file, or in a folder."""
    paths = sorted((folder or HERE / "apis").rglob("*.*"))
    for path in (p for p in paths if p.suffix in {".json", ".yaml", ".yml"} and p.name != "manifest.json"):
        title, profile = _described(path, "" if folder is None else "Bench API")
        names, bundle = driver_names(title), write_driver(profile)
        files = {file.path: file.text for file in bundle.files}
        files["driver.json"] = manifest(profile, bundle, Verification())
        name = f"{path.stem} (template)" if folder is None else str(path.relative_to(folder))
        yield Subject(name, files, profile, names.package, names.class_name, names.env_prefix, by_hand=False)


def seeded(subjects: list[Subject], seed: str) -> Iterator[Seeded]:
    """Every kind of fault in every driver that it fits, and the faults of behaviour."""
    for row in tomllib.loads((HERE / "faults.toml").read_text("utf-8"))["kind"]:
        for subject in subjects:
            if row.get("skip") or (row.get("driver") and not (subject.by_hand and subject.name in row["driver"])):
                continue
            if made := _seed(row, subject, random.Random(f"{seed}:{row['id']}:{subject.name}")):  # noqa: S311
                yield made
    for row in tomllib.loads((HERE / "behaviours.toml").read_text("utf-8"))["fault"]:
        subject = next(s for s in subjects if s.name == row["driver"])
        path = f"{subject.package}/{row['file']}"
        before, found, after = subject.files[path].partition(row["old"])
        if not found:
            raise ValueError(f"{row['kind']} no longer fits {path}")
        files = {**subject.files, path: before + row["new"] + after}
        first = before.count("\n") + 1
        places = {(path, line) for line in range(first, first + row["new"].count("\n") + 2)}
        yield Seeded(row["kind"], "behaviour", ("P1",), subject, files, frozenset(places))


def kinds() -> list[str]:
    """Ids of all kinds."""
    rows = tomllib.loads((HERE / "faults.toml").read_text("utf-8"))["kind"]
    faults = tomllib.loads((HERE / "behaviours.toml").read_text("utf-8"))["fault"]
    return [*(row["id"] for row in rows if not row.get("skip")), *dict.fromkeys(row["kind"] for row in faults)]


def _described(path: Path, title: str = "") -> tuple[str, ApiProfile]:
    content = path.read_bytes()
    base_url = "https://api.example.com"
    if not title:
        document: dict[str, Any] = json.loads(content)
        title, base_url = document["info"]["title"], document["servers"][0]["url"]
    description = parse_description(content, location=path.name, max_bytes=MAX_BYTES)
    return title, build_profile(description, api_name=title, base_url=base_url)


def _seed(row: dict[str, Any], subject: Subject, chance: random.Random) -> Seeded | None:
    patterns = [_filled(pattern, subject) for pattern in row["file"]]
    paths = [path for pattern in patterns for path in subject.files if fnmatch(path, pattern)]
    severities = (row["severity"], *row.get("also", ()))
    where = _filled(row.get("where", ""), subject)
    if "text" in row or row.get("remove"):
        path = next((p for p in paths), None)
        if path is None:
            return None
        files = dict(subject.files)
        del files[path]
        if "text" in row:
            files[path] = row["text"]
        places = {(path, line) for line in (1, 2)} | _lines_like(where, files)
        return Seeded(row["id"], row["family"], severities, subject, files, frozenset(places))
    edits: list[tuple[str, str]] = row.get("edits") or [(row["find"], row["replace"])]
    places: set[tuple[str, int]] = set()
    files, changed = dict(subject.files), False
    for find, replace in edits:
        made = _edit(row, _filled(find, subject), _filled(replace, subject), files=files, paths=paths, chance=chance)
        if made is None and not row.get("any"):
            return None
        if made is not None:
            changed = True
            path, match, text, first, last = made
            files[path] = text
            places |= {(path, line) for line in range(first - 1, last + 2)}
            places |= _lines_like(re.sub(r"\{(\d)\}", lambda m: match[int(m[1])] or "", where), files)  # noqa: B023
    if not changed:
        return None
    return Seeded(row["id"], row["family"], severities, subject, files, frozenset(places))


def _edit(
    row: dict[str, Any], find: str, replace: str, *, files: dict[str, str], paths: list[str], chance: random.Random
) -> tuple[str, re.Match[str], str, int, int] | None:
    """The file, the match, the new text, and the first and last line that changed."""
    matches = [(path, match) for path in paths for match in re.finditer(find, files[path])]
    if not matches:
        return None
    path, match = matches[0] if row.get("first") else chance.choice(matches)
    text = files[path]
    replace = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), replace)
    new = match.expand(replace) if "swap" not in row else row["swap"].get(match[0], match.expand(replace))
    if "{secret}" in new:
        new = new.replace("{secret}", next((v for k, v in _SECRETS.items() if k in text), "self._api_key"))
    if new == match[0]:
        return None
    result = text[: match.start()] + new + text[match.end() :]
    if row.get("all"):
        result = re.sub(find, replace, text)
    old_lines, new_lines = text.split("\n"), result.split("\n")
    first = next((n for n, (a, b) in enumerate(zip(old_lines, new_lines, strict=False)) if a != b), len(old_lines))
    rest = list(zip(reversed(old_lines[first:]), reversed(new_lines[first:]), strict=False))
    same = next((n for n, (a, b) in enumerate(rest) if a != b), len(rest))
    last = max(first, len(new_lines) - same - 1)
    return path, match, result, first + 1, last + 1


def _lines_like(pattern: str, files: dict[str, str]) -> set[tuple[str, int]]:
    if not pattern:
        return set()
    return {
        (path, number)
        for path, text in files.items()
        for number, line in enumerate(text.split("\n"), 1)
        if re.search(pattern, line)
    }


def _filled(text: str, subject: Subject) -> str:
    for word, value in subject.words.items():
        text = text.replace(word, value)
    return text
