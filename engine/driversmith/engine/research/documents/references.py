"""References inside a description: resolved by hand, never followed to a file or another host."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from .nodes import Node, mapping
from .notes import Notes
from .parse import Description

_LONGEST_CHAIN = 32


@dataclass(frozen=True, slots=True)
class Place:
    """An object of the document and where it stands."""

    node: Node
    pointer: str


@dataclass(frozen=True)
class _Index:
    """Names that schemas give themselves: `$id`, `$anchor`, and entries of any `$defs`."""

    ids: dict[str, Any]
    anchors: dict[str, Any]
    defs: dict[str, list[Any]]


class Document:
    """The document of a description, with its references.

    `find` never raises: what cannot be found is None, and a note says so once.
    """

    def __init__(self, description: Description, notes: Notes) -> None:
        self.root = description.document
        self.is_swagger2 = description.is_swagger2
        self.notes = notes
        self._file = urlsplit(description.location).path.rpartition("/")[2]
        self._found: dict[str, object] = {}
        self._names: _Index | None = None

    def resolve(self, node: object, pointer: str) -> Place | None:
        """The object at this place with its `$ref`, if any, followed to the end; None where that leads nowhere.

        A summary or description beside a `$ref` wins over the target's, as OpenAPI 3.1 has it.
        """
        current, place = mapping(node), pointer
        own = {key: current[key] for key in ("summary", "description") if key in current}
        for _ in range(_LONGEST_CHAIN):
            reference = current.get("$ref")
            if not isinstance(reference, str):
                if not isinstance(node, dict):
                    return None
                return Place({**current, **own} if own and place != pointer else current, place)
            target = self.find(reference)
            if not isinstance(target, dict):
                return None
            current, place = cast(Node, target), reference
        self.notes.add(f"The reference {_shown(pointer)} leads in a circle.")
        return None

    def find(self, reference: str) -> object:
        """What a reference points to (which may be a reference again), or None."""
        if reference in self._found:
            return self._found[reference]
        target = self._look_up(reference)
        if target is None:
            outside = not reference.startswith("#") and ("/" in reference or "." in reference)
            self.notes.add(
                f"The reference {_shown(reference)} points outside of the description and is not followed."
                if outside
                else f"The reference {_shown(reference)} points to nothing."
            )
        self._found[reference] = target
        return target

    def _look_up(self, reference: str) -> object:
        before, hash_sign, fragment = reference.partition("#")
        if before and before.rpartition("/")[2] != self._file:
            if before in self._index.ids:
                return self._walk(self._index.ids[before], fragment) if fragment else self._index.ids[before]
            return self._component("schemas", before) if not hash_sign and before.isidentifier() else None
        if not fragment:
            return self.root
        if not fragment.startswith("/"):
            return self._index.anchors.get(fragment)
        target = self._walk(self.root, fragment)
        return target if target is not None else self._moved(fragment)

    def _walk(self, node: object, fragment: str) -> object:
        for raw in fragment.split("/")[1:]:
            for step in (raw, unquote(raw)):
                key = step.replace("~1", "/").replace("~0", "~")
                if isinstance(node, dict) and key in node:
                    node = cast(Node, node)[key]
                    break
                if isinstance(node, list) and key.isdigit() and int(key) < len(cast(list[Any], node)):
                    node = cast(list[Any], node)[int(key)]
                    break
            else:
                return None
        return node

    def _moved(self, fragment: str) -> object:
        """The target where a converter moved it: another version's section, or the `$defs` of an embedded schema."""
        section, _, name = fragment.rpartition("/")
        name = unquote(name).replace("~1", "/").replace("~0", "~")
        if section in ("/definitions", "/components/schemas"):
            return self._component("schemas", name)
        if section in ("/parameters", "/responses"):
            return self._component(section[1:], name)
        if section == "/$defs" and len(self._index.defs.get(name, ())) == 1:
            return self._index.defs[name][0]
        return None

    def _component(self, section: str, name: str) -> object:
        old = "definitions" if section == "schemas" else section
        for home in (mapping(mapping(self.root.get("components")).get(section)), mapping(self.root.get(old))):
            if name in home:
                return home[name]
        return None

    @property
    def _index(self) -> _Index:
        if self._names is None:
            index = _Index({}, {}, {})
            for node in _objects(self.root):
                if isinstance(identifier := node.get("$id"), str):
                    index.ids.setdefault(identifier.rstrip("#"), node)
                for key in ("$anchor", "$dynamicAnchor"):
                    if isinstance(anchor := node.get(key), str):
                        index.anchors.setdefault(anchor, node)
                for name, schema in mapping(node.get("$defs")).items():
                    index.defs.setdefault(name, []).append(schema)
            self._names = index
        return self._names


def join(pointer: str, *keys: str) -> str:
    """The pointer of a place below another."""
    return "/".join((pointer, *(key.replace("~", "~0").replace("/", "~1") for key in keys)))


def _objects(root: Node) -> Iterator[Node]:
    """Every object of the document once, without recursion."""
    waiting: list[Any] = [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        if isinstance(node, dict):
            seen.add(id(cast(Node, node)))
            yield cast(Node, node)
            waiting.extend(reversed(cast(Node, node).values()))
        elif isinstance(node, list):
            seen.add(id(cast(list[Any], node)))
            waiting.extend(reversed(cast(list[Any], node)))


def _shown(reference: str) -> str:
    return repr(reference if len(reference) <= 120 else reference[:117] + "...")
