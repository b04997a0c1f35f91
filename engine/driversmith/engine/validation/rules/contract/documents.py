"""Files other than Python parse."""

import collections
import json
import re
import tomllib
from collections.abc import Iterable
from typing import Any

from ...fault import Fault
from ...parsed.project import Project

_MOST_SETTINGS = 1 << 20
_DEEPEST_YAML = 200


def broken_json(project: Project) -> Iterable[Fault]:
    """JSON files parse."""
    for path, text in project.with_suffix(".json"):
        try:
            json.loads(text)
        except json.JSONDecodeError as error:
            yield Fault(f"Invalid JSON: {error.msg}.", line=error.lineno, column=error.colno, file=path)
        except (ValueError, RecursionError) as error:
            yield Fault(f"Invalid JSON: {type(error).__name__}, {error}.", file=path)


def broken_profile(project: Project) -> Iterable[Fault]:
    """profile.json holds a profile, so that the driver can be compared with it."""
    text = project.texts.get("profile.json")
    if text and project.profile is None:
        yield Fault(
            "profile.json is no profile of driversmith: the driver was not compared with the API's facts.",
            hint="Leave the file as driversmith wrote it.",
            file="profile.json",
        )


def broken_toml(project: Project) -> Iterable[Fault]:
    """TOML files parse."""
    for path, text in project.with_suffix(".toml"):
        if len(text) > _MOST_SETTINGS:
            yield _too_long(path, "TOML")
            continue
        try:
            tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            place = re.search(r"at line (\d+), column (\d+)", str(error))
            line, column = (int(place[1]), int(place[2])) if place else (1, 1)
            yield Fault(f"Invalid TOML: {error}.", line=line, column=column, file=path)


def broken_yaml(project: Project) -> Iterable[Fault]:
    """YAML files parse."""
    for path, text in project.with_suffix(".yaml", ".yml"):
        if len(text) > _MOST_SETTINGS:
            yield _too_long(path, "YAML")
            continue
        if _depth(text) > _DEEPEST_YAML:  # the parser's time grows with the square of it
            yield Fault("Invalid YAML: nested too deeply.", hint="Write flat data.", file=path)
            continue
        import yaml

        try:
            # Events only: aliases are never expanded.
            collections.deque(yaml.parse(text, Loader=yaml.SafeLoader), maxlen=0)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        except yaml.YAMLError as error:
            mark: Any = getattr(error, "problem_mark", None)
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            problem = getattr(error, "problem", None) or str(error)
            yield Fault(f"Invalid YAML: {problem}.", line=line, column=column, file=path)
        except RecursionError:
            yield Fault("Invalid YAML: nested too deeply.", file=path)


def _too_long(path: str, kind: str) -> Fault:
    return Fault(
        f"The {kind} file is longer than {_MOST_SETTINGS >> 20} MB and was not parsed.",
        hint="Keep large tables in a JSON file.",
        file=path,
    )


def _depth(text: str) -> int:
    """How deeply brackets stand in each other, those in texts and comments counted too."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest
