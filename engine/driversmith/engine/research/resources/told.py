"""Objects that a source names itself (openapi.told), where no path tells operations apart."""

from ..names import ascii_name, unique
from ..openapi.operations import Operation
from ..openapi.schemas import Schemas
from .collections import Collection
from .records import Records, record_at

_LONGEST = 60


def told_collections(
    operations: list[Operation], others: list[Collection]
) -> tuple[list[Collection], dict[str, Collection]]:
    """The objects that sources name, called otherwise than `others`; and for each operation name the one it belongs to."""
    found: dict[str, Collection] = {}
    belongs: dict[str, Collection] = {}
    taken = {other.name for other in others}
    for operation in operations:
        told = operation.told
        if told is None or not told.object_name:
            continue
        collection = found.get(told.object_name)
        if collection is None:
            name = unique(ascii_name(told.object_name)[:_LONGEST] or "records", taken, _LONGEST)
            taken.add(name)
            collection = Collection(("#", name), (told.object_name,), (told.object_name,), name=name)
            found[told.object_name] = collection
        collection.members.append((operation, 0))
        collection.verbs.setdefault(told.verb, operation)
        belongs[operation.profile.name] = collection
    return list(found.values()), belongs


def told_records(read: Operation, schemas: Schemas) -> Records | None:
    """Where the source of an operation says that its records stand; None where it says nothing."""
    if read.told is None:
        return None
    record = record_at(read.response.schema, read.told.records, schemas)
    for key in read.told.item:
        record = schemas.read(record.properties.get(key))
    return Records(read.told.records, "list", record, "")
