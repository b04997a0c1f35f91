"""Objects of an API: operations on the same path, under the name of its last fixed segment."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from ..models.profile import Verb
from .operations import Operation
from .schemas import Schemas
from .words import ascii_name, shortened, singular, unique

_NOISE = re.compile(
    r"v?\d+(\.\d+)*\Z|v\d+((alpha|beta|rc|p)\d*)*\Z|(rest)?apis?\Z|rest\Z|latest\Z|services?\Z|public\Z|json\Z",
    re.IGNORECASE,
)
"""Segments that say nothing about what an object is, as long as something else is there."""
_SUFFIX = re.compile(r"\.(json|xml|csv|html|php|aspx?|do)\Z", re.IGNORECASE)
_LONGEST = 60


@dataclass
class Collection:
    """The operations on one path and on the items below it."""

    key: tuple[str, ...]
    words: tuple[str, ...]
    """Its fixed segments that mean something, in order; the last one is its name."""
    members: list[tuple[Operation, int]] = field(default_factory=list[tuple[Operation, int]])
    """Operations, each with the number of parameters after the last fixed segment."""
    name: str = ""
    verbs: dict[Verb, Operation] = field(default_factory=dict[Verb, Operation])


def collections_of(operations: list[Operation], schemas: Schemas) -> tuple[list[Collection], dict[str, Collection]]:
    """The objects of an API with their verbs and names; and for each operation name the object that it belongs to, if any."""
    groups: dict[tuple[str, ...], Collection] = {}
    owner: dict[str, Collection] = {}
    for operation in operations:
        path = _Path(operation)
        group = groups.setdefault(path.key, Collection(path.key, path.words))
        group.members.append((operation, path.trailing))
        owner[operation.profile.name] = group
    for group in groups.values():
        group.verbs = _verbs(group, schemas)
    found = {key: group for key, group in groups.items() if group.verbs and not _is_action(group, groups)}
    _give_names(list(found.values()))
    belongs = {name: nearest for name, group in owner.items() if (nearest := _nearest(group.key, found))}
    return list(found.values()), belongs


class _Path:
    """A path as an object sees it."""

    def __init__(self, operation: Operation) -> None:
        segments = [part for segment in operation.profile.path.split("/") if segment for part in _parts(segment)]
        fixed = [index for index, segment in enumerate(segments) if segment != "{}"]
        telling = [index for index in fixed if not _NOISE.match(segments[index])] or fixed
        last = telling[-1] if telling else -1
        self.key = tuple(segments[: last + 1])
        self.trailing = sum(segment == "{}" for segment in segments[last + 1 :])
        self.words = tuple(segments[index] for index in telling) or (_word_for(operation),)
        if not telling:
            self.key = (f"#{self.words[0]}",)


def _parts(segment: str) -> list[str]:
    """A segment as fixed words and `{}`: `{id}.json`, `users({id})`, `report.{format}` and `{name}:cancel` hold both."""
    if "{" not in segment:
        return [_SUFFIX.sub("", segment)]
    if match := re.fullmatch(r"([^{(]+)\(.*\{.*\}.*\)", segment):
        return [match.group(1), "{}"]
    if match := re.fullmatch(r"([^{]+)\.\{[^{}]*\}", segment):
        return [match.group(1)]
    if match := re.fullmatch(r"\{[^{}]*\}:([A-Za-z]\w*)", segment):
        return ["{}", match.group(1)]
    return ["{}"]


def _word_for(operation: Operation) -> str:
    """A name for an operation whose path has no fixed segment."""
    return operation.tag or operation.profile.name


def _verbs(group: Collection, schemas: Schemas) -> dict[Verb, Operation]:
    """The verbs of a collection. Update prefers PATCH, which leaves the other fields alone, to PUT and POST."""
    verbs: dict[Verb, Operation] = {}
    members = sorted(group.members, key=lambda member: member[0].profile.deprecated)
    gets = [(op, trailing) for op, trailing in members if op.profile.method == "GET" and _gives_records(op)]
    read = next((op for op, trailing in gets if trailing == 0), None)
    read = read or next((op for op, _ in gets if op.response.schema.type == "array"), None)
    read_one = next((op for op, trailing in gets if trailing and op is not read), None)
    create = next(
        (op for op, trailing in members if op.profile.method == "POST" and not trailing and _takes_record(op)), None
    )
    path = read_one.profile.path if read_one else ""
    items = sorted((op for op, trailing in members if trailing), key=lambda op: op.profile.path != path)
    update = next(
        (
            op
            for method in ("PATCH", "PUT", "POST")
            for op in items
            if op.profile.method == method and _takes_record(op)
        ),
        None,
    )
    delete = next((op for op in items if op.profile.method == "DELETE"), None)
    found: dict[Verb, Operation | None] = {
        "read": read,
        "read_one": read_one,
        "create": create,
        "update": update,
        "delete": delete,
    }
    verbs.update({verb: op for verb, op in found.items() if op is not None})
    return verbs


def _gives_records(operation: Operation) -> bool:
    response = operation.response.profile
    if response.status in (204, 205) or response.kind not in (None, "json"):
        return False
    return response.type in ("object", "array", "any")


def _takes_record(operation: Operation) -> bool:
    body = operation.profile.body
    gives = operation.response.profile.kind
    return (
        body is not None
        and body.kind in ("json", "form", "multipart")
        and body.type in ("object", "any")
        and gives in (None, "json")
    )


def _is_action(group: Collection, groups: dict[tuple[str, ...], Collection]) -> bool:
    """Whether a path that can only be posted to is something to do rather than something to have."""
    if set(group.verbs) != {"create"}:
        return False
    word = group.words[-1]
    plural = singular(word) != word.lower() and not re.search(r"[a-z]s?[A-Z]|[_.-]", word)
    below = any(key == group.key[: len(key)] and key != group.key for key in groups)
    return not plural and (below or "{}" in group.key)


def _nearest(key: tuple[str, ...], found: dict[tuple[str, ...], Collection]) -> Collection | None:
    for length in range(len(key), 0, -1):
        if group := found.get(key[:length]):
            return group
    return None


def _give_names(groups: list[Collection]) -> None:
    """The last word of each; with its parent's before it where two would be called the same."""
    depth = {group.key: 1 for group in groups}
    for _ in range(8):
        same: defaultdict[str, list[Collection]] = defaultdict(list)
        for group in groups:
            same[_spelled(group, depth[group.key])].append(group)
        longer = [g for twins in same.values() if len(twins) > 1 for g in twins if depth[g.key] < len(g.words)]
        if not longer:
            break
        for group in longer:
            depth[group.key] += 1
    taken: set[str] = set()
    for group in groups:
        group.name = unique(_spelled(group, depth[group.key]), taken, _LONGEST)
        taken.add(group.name)


def _spelled(group: Collection, depth: int) -> str:
    name = shortened("_".join(filter(None, (ascii_name(word) for word in group.words[-depth:]))), _LONGEST)
    if not name:
        name = ascii_name(group.members[0][0].profile.name)
    return f"n{name}" if name[0].isdigit() else name
