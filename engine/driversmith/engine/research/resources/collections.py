"""Objects of an API: operations on the same path, under the name of its last fixed segment."""

import re
from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from ...models.profile import Verb
from ..names import ascii_name, shortened, singular, unique
from ..openapi.operations import Operation
from ..openapi.schemas import Schemas
from .reads import item_reading, whole_reading
from .records import names_itself

_NOISE = re.compile(
    r"v?\d+([._]\d+)*\Z|v\d+((alpha|beta|rc|p)\d*)*\Z|\d{4}-\d{2}-\d{2}\Z|(rest)?apis?\Z|rest\Z|latest\Z|services?\Z|public\Z|json\Z",
    re.IGNORECASE,
)
"""Segments that say nothing about what an object is, as long as something else is there."""
_ORDER: tuple[Verb, ...] = ("read", "read_one", "create", "update", "delete")
_SUFFIX = re.compile(r"\.(json|xml|csv|html|php|aspx?|do)\Z", re.IGNORECASE)
_MAKES = re.compile(r"(create|add|new|insert|post|send|upload)", re.IGNORECASE)
_ASKS = re.compile(
    r"(search|query|find|filter|lookup|suggest|autocomplete|count|validate|login|logout|authenticate)(?![a-z])",
    re.IGNORECASE,
)
"""Beginnings of names of POST operations that ask rather than make."""
_VERB = re.compile(r"(List|Describe|Get|Search|Query|Scan|Find)(?=[A-Z])")
_ASKED = re.compile(r"(search|find|query|list|all)\Z", re.IGNORECASE)
"""Segments that ask for what is named after them: `/search/artists`."""
_JOINS = re.compile(r"(by|to|from|of|for|in|at|on|with|and|between|near)\Z", re.IGNORECASE)
"""Segments that join others: `/news/by/{team}`."""
_THINGS = re.compile(r"(apis|services)\Z", re.IGNORECASE)
"""Those of `_NOISE` that a record may have: `/branches/{branch}/apis`."""
_PARTS = re.compile(r"(public|latest|services?)\Z", re.IGNORECASE)
"""Those of `_NOISE` that choose a part of what stands before them."""
_LONGEST = 60


@dataclass
class Collection:
    """The operations on one path and on the items below it."""

    key: tuple[str, ...]
    words: tuple[str, ...]
    """Its fixed segments that mean something, in order; the last one is its name."""
    all_words: tuple[str, ...]
    """Its fixed segments with those that mean little."""
    members: list[tuple[Operation, int]] = field(default_factory=list[tuple[Operation, int]])
    """Operations, each with the number of parameters after the last fixed segment."""
    by: str = ""
    """The parameter that its path ends in, where the same path without that reads a list of its own."""
    name: str = ""
    verbs: dict[Verb, Operation] = field(default_factory=dict[Verb, Operation])
    alone: Operation | None = None
    """What its own path reads where that is no list: objects are made of these where an API has no others."""
    _merged: "Collection | None" = None

    @property
    def merged(self) -> "Collection":
        """The collection that this one is part of: itself, or the same one under another version."""
        return self._merged or self

    @merged.setter
    def merged(self, other: "Collection") -> None:
        self._merged = other


def collections_of(operations: list[Operation], schemas: Schemas) -> tuple[list[Collection], dict[str, Collection]]:
    """The objects of an API with their verbs and names; and for each operation name the object that it belongs to, if any."""
    groups: dict[tuple[str, ...], Collection] = {}
    owner: dict[str, Collection] = {}
    telling = _telling_queries(operations)
    for operation in operations:
        path = _Path(operation, telling.get(operation.profile.bare_path, frozenset[str]()))
        group = groups.setdefault(path.key, Collection(path.key, path.words, path.all_words))
        group.members.append((operation, path.trailing))
        owner[operation.profile.name] = group
    diligent = _says_what_comes_back(operations)
    for group in list(groups.values()):
        for narrower in _with_verbs(group, schemas, diligent):
            groups[narrower.key] = narrower
            owner[narrower.verbs["read"].profile.name] = narrower
    homes = _without_versions(groups)
    found = {key: group for key, group in homes.items() if _has_records(group)}
    if not any(_is_readable(group) for group in found.values()):
        for key, group in homes.items():
            if group.alone is not None:
                group.verbs = {"read": group.alone, **group.verbs}
                found[key] = group
    _give_names(list(found.values()))
    belongs = {name: nearest for name, group in owner.items() if (nearest := _nearest(group.merged.key, found))}
    return list(found.values()), belongs


def _telling_queries(operations: list[Operation]) -> dict[str, set[str]]:
    """Path -> names in fixed queries whose values tell its operations apart, as another segment would (`?method=...`)."""
    values: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for operation in operations:
        for name, value in _fixed_pairs(operation):
            values[operation.profile.bare_path, name].add(value)
    telling: defaultdict[str, set[str]] = defaultdict(set)
    for (path, name), found in values.items():
        if len(found) > 1:
            telling[path].add(name)
    return telling


def _fixed_pairs(operation: Operation) -> list[tuple[str, str]]:
    return parse_qsl(operation.profile.fixed_query)


def _says_what_comes_back(operations: list[Operation]) -> bool:
    """Whether the description usually gives the content of responses: where it does, nothing said means nothing sent."""
    gets = [op for op in operations if op.profile.method == "GET"]
    return 2 * sum(op.response.profile.media_type is not None for op in gets) >= len(gets)


def _without_versions(groups: dict[tuple[str, ...], Collection]) -> dict[tuple[str, ...], Collection]:
    """The groups, with those that differ in a version only made one where they have no verb in common."""
    kept: dict[tuple[str, ...], Collection] = {}
    telling: dict[tuple[str, ...], Collection] = {}
    for key, group in groups.items():
        short = tuple(segment for segment in key if not _NOISE.match(segment))
        twin = telling.setdefault(short, group)
        if twin is group or not short or set(twin.verbs) & set(group.verbs):
            kept[key] = group
        else:
            both = {**twin.verbs, **group.verbs}
            twin.verbs = {verb: both[verb] for verb in _ORDER if verb in both}
            group.merged = twin
    return kept


class _Path:
    """A path as an object sees it."""

    def __init__(self, operation: Operation, queried: Set[str]) -> None:
        """`queried` are the names in its fixed query whose values count as segments."""
        segments = [part for segment in operation.profile.bare_path.split("/") if segment for part in _parts(segment)]
        if operation.profile.only_reads:  # several may be asked at one path
            called = (part.rpartition("=")[2].rpartition(".")[2] for part in operation.fragment.split("/"))
            segments += [_VERB.sub("", part) for part in called if part and "{" not in part]
        segments += [value for name, value in _fixed_pairs(operation) if name in queried and "{" not in value]
        fixed = [index for index, segment in enumerate(segments) if segment != "{}"]
        telling = [index for index in fixed if not _NOISE.match(segments[index])]
        if (
            telling
            and fixed[-1] > telling[-1]
            and segments[fixed[-1] - 1] == "{}"
            and _THINGS.match(segments[fixed[-1]])
        ):
            telling.append(fixed[-1])
        telling = [index for index in telling if not _JOINS.match(segments[index])] or telling
        if not telling and not (operation.tag and "{}" in segments):
            telling = fixed
        last = telling[-1] if telling else -1
        self.key = tuple(segments[: last + 1])
        self.trailing = sum(segment == "{}" for segment in segments[last + 1 :])
        words = [segments[index] for index in telling]
        self.words = (*(word for word in words[:-1] if not _ASKED.match(word)), *words[-1:]) or (_word_for(operation),)
        self.all_words = tuple(segments[index] for index in fixed if index <= last) or self.words
        if not telling:
            self.key = (*segments[: fixed[-1] + 1 if fixed else 0], f"#{self.words[0]}")


def _parts(segment: str) -> list[str]:
    """A segment as fixed words and `{}`: `{id}.json`, `users({id})`, `report.{format}` and `{name}:cancel` hold both."""
    if "{" not in segment:
        return [_SUFFIX.sub("", segment)]
    if match := re.fullmatch(r"([^{(]+)\(.*\{.*\}.*\)", segment):
        return [match.group(1), "{}"]
    if match := re.fullmatch(r"([A-Za-z][\w-]{2,})\.?\{[^{}]*\}", segment):
        return [match.group(1)]
    if match := re.fullmatch(r"\{[^{}]*\}:([A-Za-z]\w*)", segment):
        return ["{}", match.group(1)]
    return ["{}"]


def _word_for(operation: Operation) -> str:
    """A name for an operation whose path has no telling segment: its tag, what its path parameter stands for, its own name."""
    names = [p.name for p in operation.profile.parameters if p.location == "path"]
    nouns = [name for name in names if not re.search(r"format|version|ext|lang|name$", name, re.IGNORECASE)]
    return operation.tag or next(iter(nouns[-1:]), operation.profile.name)


def _with_verbs(group: Collection, schemas: Schemas, diligent: bool) -> list[Collection]:
    """Gives a collection its verbs; narrower collections that stand below its own, such as the players of one team.

    Update prefers PATCH, which leaves the other fields alone, to PUT and POST.
    """
    members = sorted(group.members, key=lambda member: (member[0].profile.deprecated, member[0].profile.only_reads))
    noun = group.words[-1]
    gets = [(op, trailing) for op, trailing in members if _asks(op) and _gives_records(op, diligent)]
    item = next((op.response.schema for op, trailing in gets if trailing), None)
    whole = [op for op, trailing in gets if not trailing]
    many = [op for op in whole if whole_reading(op, schemas, noun=noun, item=item) == "many"]
    group.alone = next(iter(whole), None)
    below = [(op, item_reading(op, schemas, noun=noun, listed=bool(many))) for op, trailing in gets if trailing]
    narrower = [op for op, reading in below if reading == "many"]
    told = [_told_apart(group, op) for op in many[1:]]
    read = next(iter(many or narrower), None)
    read_one = next((op for op, reading in below if reading == "one"), None)
    verbs: dict[Verb, Operation | None] = {"read": read, "read_one": read_one, **_writing(group, members, read_one)}
    group.verbs = {verb: found for verb in _ORDER if (found := verbs[verb]) is not None}
    return [*filter(None, told), *(_narrowed(group, op) for op in narrower if op is not read)]


def _writing(
    group: Collection, members: list[tuple[Operation, int]], read_one: Operation | None
) -> dict[Verb, Operation | None]:
    whole = [op for op, trailing in members if not trailing]
    path = read_one.profile.path if read_one else ""
    items = sorted((op for op, trailing in members if trailing), key=lambda op: op.profile.path != path)
    delete = next((op for op in items if op.profile.method == "DELETE"), None)
    create = next(
        (op for op in whole if op.profile.method == "POST" and _takes_record(op) and not _ASKS.match(op.profile.name)),
        None,
    )
    create = create or next((op for op in whole if _puts_new(op)), None)
    methods = ("PATCH", "PUT", "POST") if read_one or delete else ("PATCH", "PUT")
    updates = (op for method in methods for op in items if op.profile.method == method and _takes_record(op))
    return {
        "create": create if not _ASKS.match(group.words[-1]) else None,
        "update": next(updates, None),
        "delete": delete,
    }


def _told_apart(group: Collection, operation: Operation) -> Collection | None:
    """Another list below a collection that only a segment tells apart which says little elsewhere: `/gists/public`."""
    last = operation.profile.bare_path.rstrip("/").rpartition("/")[2]
    if not _PARTS.match(last) or group.words[-1] == last:
        return None
    words = (*group.words[:-1], f"{group.words[-1]}_{last}")
    found = Collection((*group.key, last), words, words, [(operation, 0)])
    found.verbs = {"read": operation}
    return found


def _narrowed(group: Collection, operation: Operation) -> Collection:
    names = [p.name for p in operation.profile.parameters if p.location == "path"]
    last = max(names, key=lambda name: operation.profile.path.rfind("{" + name + "}"))
    found = Collection((*group.key, "{" + last + "}"), group.words, group.all_words, [(operation, 0)], by=last)
    found.verbs = {"read": operation}
    return found


def _asks(operation: Operation) -> bool:
    return operation.profile.method == "GET" or operation.profile.only_reads


def _gives_records(operation: Operation, diligent: bool) -> bool:
    response = operation.response.profile
    if response.form:
        return True
    if response.status in (204, 205) or response.kind not in (None, "json"):
        return False
    if diligent and response.media_type is None:
        return False
    return response.type in ("object", "array", "any")


def _puts_new(operation: Operation) -> bool:
    """PUT on a collection is a create where its name says so."""
    return operation.profile.method == "PUT" and bool(_MAKES.match(operation.profile.name)) and _takes_record(operation)


def _takes_record(operation: Operation) -> bool:
    body = operation.profile.body
    if operation.profile.only_reads:
        return False
    gives = operation.response.profile.kind
    return (
        body is not None
        and body.kind in ("json", "form", "multipart")
        and body.type in ("object", "any")
        and gives in (None, "json")
    )


def _is_readable(group: Collection) -> bool:
    return "read" in group.verbs or "read_one" in group.verbs


def _has_records(group: Collection) -> bool:
    """Whether there are records: they can be read, or made and then changed, or made as one of many."""
    create = group.verbs.get("create")
    if _is_readable(group) or create is None or group.alone is not None:
        return _is_readable(group)
    if len(group.verbs) > 1:
        return True
    word = group.words[-1]
    plural = singular(word) != word.lower() and not re.search(r"[a-z]s?[A-Z]|[_.-]", word)
    return plural and (create.response.profile.status == 201 or names_itself(create.response.schema))


def _nearest(key: tuple[str, ...], found: dict[tuple[str, ...], Collection]) -> Collection | None:
    for length in range(len(key), 0, -1):
        if group := found.get(key[:length]):
            return group
    return None


def _give_names(groups: list[Collection]) -> None:
    """The last word of each. Of those that would be called the same, the one with the fewest words is meant by it; the
    others have their parent's before it, and a version's at last."""
    names = {group.key: group.words for group in groups}
    depth = {group.key: 1 for group in groups}
    for _ in range(12):
        same: defaultdict[str, list[Collection]] = defaultdict(list)
        for group in groups:
            same[_spelled(group, names[group.key], depth[group.key])].append(group)
        twins = [group for alike in same.values() if len(alike) > 1 for group in alike if not _is_meant(group, alike)]
        longer = [group for group in twins if depth[group.key] < len(names[group.key])]
        if not longer:
            longer = [group for group in twins if names[group.key] != group.all_words]
            names.update((group.key, group.all_words) for group in longer)
        if not longer:
            break
        for group in longer:
            depth[group.key] += 1
    taken: set[str] = set()
    for group in groups:
        group.name = unique(_spelled(group, names[group.key], depth[group.key]), taken, _LONGEST)
        taken.add(group.name)


def _is_meant(group: Collection, alike: list[Collection]) -> bool:
    """Whether a name that several would have means this one: `/issues` rather than `/user/issues`, and the pulls of a
    repository rather than those of its commits."""
    return all(_is_above(group, other) for other in alike if other is not group)


def _is_above(group: Collection, other: Collection) -> bool:
    asked, more = group.key.count("{}"), other.key.count("{}")
    return asked < more or (asked == more == 0 and len(group.words) < len(other.words))


def _spelled(group: Collection, words: tuple[str, ...], depth: int) -> str:
    named = (*words[-depth:], *(("by", group.by) if group.by else ()))
    name = shortened("_".join(filter(None, (ascii_name(word) for word in named))), _LONGEST)
    if not name:
        name = ascii_name(group.members[0][0].profile.name)
    return f"n{name}" if name[0].isdigit() else name
