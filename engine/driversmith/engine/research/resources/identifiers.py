"""Which field of a record identifies it."""

from collections.abc import Collection as Names

from ...models.profile import FieldProfile, Verb
from ..names import bare, singular
from .collections import Collection

_USUAL = ("id", "uuid", "guid", "gid", "sid", "uid", "key", "slug", "code", "name")


def identifier_of(fields: dict[str, FieldProfile], collection: Collection) -> str | None:
    """The field whose value stands in the path of one record, else one that is usually called so; None where there is none."""
    spelled = {bare(name): name for name in reversed(fields)}
    noun = singular(collection.words[-1])
    for word in (*_path_words(collection, noun), "id", f"{noun}id", "uuid", f"{noun}uuid", *_USUAL[2:]):
        if word in spelled and fields[spelled[word]].type not in ("object", "array"):
            return spelled[word]
    return None


def _path_words(collection: Collection, noun: str) -> Names[str]:
    """What the last path parameter is called, with and without the object's name before it."""
    verbs: tuple[Verb, ...] = ("read_one", "update", "delete")
    for verb in verbs:
        operation = collection.verbs.get(verb)
        if operation is not None:
            path = operation.profile.path
            names = [p.name for p in operation.profile.parameters if p.location == "path"]
            last = max(names, key=lambda name: path.rfind("{" + name + "}"), default=None)
            if last:
                word = bare(last)
                return (word, word.removeprefix(noun)) if word.startswith(noun) and word != noun else (word,)
    return ()
