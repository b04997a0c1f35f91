"""From a Description to an ApiProfile: pure, deterministic, without a network."""

from collections.abc import Iterable
from difflib import get_close_matches

from ..contract.naming import driver_names
from ..errors import DescriptionError, InvalidArgumentError
from ..facts.units.pagination import without_maximum
from ..models.profile import (
    ApiProfile,
    DescriptionSource,
    Evidence,
    FieldProfile,
    ObjectProfile,
    OperationProfile,
    PaginationProfile,
    SkippedOperation,
)
from .documents.nodes import Node, mapping, one_line, text
from .documents.notes import Notes
from .documents.parse import Description
from .documents.references import Document
from .openapi.auth import Auth
from .openapi.fields import fields_of_record
from .openapi.operations import Operation, OperationReader, Operations
from .openapi.schemas import ANY, Schema, Schemas
from .openapi.servers import home_of, own_servers
from .openapi.told import errors_of
from .resources.collections import Collection, collections_of
from .resources.identifiers import identifier_of
from .resources.pagination import pagination_of
from .resources.rate_limits import rate_limit_of
from .resources.reads import records_in
from .resources.records import Records, item_path_of, record_at
from .resources.told import told_collections, told_records

MOST_NOT_SELECTED = 200
"""Operations that are listed as not selected; of huge APIs the others are only counted."""


def build_profile(
    description: Description, *, api_name: str, base_url: str, objects: tuple[str, ...] | None = None
) -> ApiProfile:
    """The facts of an API, each with where it stands in the description.

    `objects` keeps only the operations of these objects; the others are listed as skipped,
    at most MOST_NOT_SELECTED.

    Raises:
        DescriptionError: code `no_operations` where there is nothing to call.
        InvalidArgumentError: `api_name` gives no package name; code `unknown_objects` for an object that is not there.
    """
    names = driver_names(api_name)
    notes = Notes()
    document = Document(description, notes)
    schemas = Schemas(document)
    auth = Auth(document)
    read = OperationReader(document, schemas, auth, home_of(description, base_url)).read_all()
    if not read.callable:
        raise _no_operations(description, read)
    collections, belongs = collections_of([op for op in read.callable if op.told is None], schemas)
    named, told = told_collections(read.callable, collections)
    collections, belongs = [*collections, *named], {**belongs, **told}
    kept, skipped, not_listed = read.callable, read.skipped, 0
    if objects is not None:
        collections = _selected(collections, objects)
        wanted = {collection.key for collection in collections}
        kept = [op for op in kept if (home := belongs.get(op.profile.name)) and home.key in wanted]
        left = set(map(id, kept))
        others = [op for op in read.callable if id(op) not in left]
        skipped = [*skipped, *map(_not_selected, others[:MOST_NOT_SELECTED])]
        not_listed = len(others[MOST_NOT_SELECTED:])
    operations = _with_security(kept, auth)
    found = {collection.name: _object(collection, schemas, notes) for collection in collections}
    info = mapping(description.document.get("info"))
    return ApiProfile(
        api_name=api_name.strip(),
        title=one_line(info.get("title"), 200),
        version=one_line(info.get("version"), 80),
        description=one_line(info.get("description"), 2000),
        documentation_url=_documentation_url(description.document),
        source=DescriptionSource(
            location=description.location, format=description.format, sha256=description.sha256, size=description.size
        ),
        base_url=base_url.rstrip("/"),
        servers=own_servers(description),
        auth=auth.profiles((operation.security for operation in operations.values()), names),
        objects=found,
        operations=_with_one_maximum(operations, found.values()),
        skipped=tuple(skipped),
        not_listed=not_listed,
        rate_limit=rate_limit_of(description.document),
        error_path=errors_of(description.document),
        warnings=notes.sentences(),
    )


def _no_operations(description: Description, read: Operations) -> DescriptionError:
    if read.skipped:
        reasons = ", ".join(sorted({entry.reason for entry in read.skipped}))
        what = f"describes {len(read.skipped)} operations, but none that can be called ({reasons})"
    else:
        what = "describes no operation" if "paths" in description.document else 'has no "paths"'
    return DescriptionError(
        f"{description.location} ({description.format}) {what}.",
        code="no_operations",
        next_action="Give a description with at least one operation under a path.",
    )


def _selected(collections: list[Collection], objects: Iterable[str]) -> list[Collection]:
    by_name = {collection.name: collection for collection in collections}
    unknown = [name for name in objects if name not in by_name]
    if unknown:
        known = sorted(by_name)
        close = [match for name in unknown for match in get_close_matches(name, known, n=3, cutoff=0.5)]
        shown = ", ".join(known[:60]) + (f" and {len(known) - 60} more" if len(known) > 60 else "")
        raise InvalidArgumentError(
            f"The API has no object {', '.join(repr(name[:80]) for name in unknown[:10])}; it has: {shown or 'none'}.",
            code="unknown_objects",
            next_action=f"Did you mean {' or '.join(map(repr, close))}?" if close else "Choose from these names.",
        )
    return [by_name[name] for name in dict.fromkeys(objects)]


def _not_selected(operation: Operation) -> SkippedOperation:
    return SkippedOperation(operation=operation.profile.signature, reason="not_selected")


def _with_security(operations: list[Operation], auth: Auth) -> dict[str, OperationProfile]:
    finished: dict[str, OperationProfile] = {}
    combined = [auth.combined(operation.security, operation.keys) for operation in operations]
    everywhere = auth.any_scheme() if auth.none_required else ()
    for operation, security in zip(operations, combined, strict=True):
        silent = operation.security is None and not security and len(everywhere) > 1
        profile = operation.profile
        finished[profile.name] = profile.model_copy(update={"security": everywhere if silent else security})
    return finished


def _with_one_maximum(
    operations: dict[str, OperationProfile], objects: Iterable[ObjectProfile]
) -> dict[str, OperationProfile]:
    """How large a page may be is known by the paging alone: two places could differ once one is corrected."""
    told = dict(operations)
    for described in objects:
        name = described.operations.get("read")
        if name and described.pagination.max_size:
            told[name] = without_maximum(told[name], described.pagination)
    return told


def _documentation_url(root: Node) -> str | None:
    url = text(mapping(root.get("externalDocs")).get("url")).strip()
    return one_line(url, 500) if url.startswith(("http://", "https://")) and len(url) <= 500 else None


def _object(collection: Collection, schemas: Schemas, notes: Notes) -> ObjectProfile:
    verbs = collection.verbs
    first = next(iter(verbs.values()))
    read = verbs.get("read")
    records = _records(collection, schemas)
    single = verbs.get("read_one") or verbs.get("create") or verbs.get("update")
    item_path = (
        _told_item(single) or item_path_of(single.response.schema, schemas, name=collection.words[-1]) if single else ()
    )
    fields, about = _fields(collection, records, item_path, schemas)
    paged = pagination_of(read, records, schemas, notes) if read and records else None
    paging = {paged.position_parameter, paged.size_parameter} if paged else set[str | None]()
    filters = (p for p in read.profile.parameters if p.location != "path" and p.name not in paging) if read else ()
    identifier = identifier_of(fields, collection)
    rules = (records.rule if records else "", f"{identifier!r} identifies a record" if identifier else "")
    return ObjectProfile(
        name=collection.name,
        description=(read or first).profile.summary,
        operations={verb: operation.profile.name for verb, operation in verbs.items()},
        record_path=records.path if records else (),
        shape=records.shape if records else "list",
        other_keys=records.other_keys if records else (),
        inner_path=read.told.item if read and read.told else (),
        item_path=item_path,
        identifier=identifier,
        fields=fields,
        record_description=about,
        filters=tuple(parameter.argument for parameter in filters),
        evidence=Evidence(pointer=first.profile.evidence.pointer, rule="; ".join(filter(None, rules)) or None),
        pagination=paged or PaginationProfile(),
    )


def _records(collection: Collection, schemas: Schemas) -> Records | None:
    read, read_one = collection.verbs.get("read"), collection.verbs.get("read_one")
    if read is None:
        return None
    if (told := told_records(read, schemas)) is not None:
        return told
    return records_in(read, schemas, noun=collection.words[-1], item=read_one.response.schema if read_one else None)


def _told_item(single: Operation | None) -> tuple[str, ...]:
    """Where the source of the operation says that one record stands."""
    return single.told.records if single and single.told else ()


def _fields(
    collection: Collection, records: Records | None, item_path: tuple[str, ...], schemas: Schemas
) -> tuple[dict[str, FieldProfile], str]:
    """The fields of a record: as the list gives them, else as a single record has them, else as they are sent; and what its
    schema says that it is."""
    candidates: list[Schema] = [records.record] if records else []
    for verb in ("read_one", "create", "update"):
        if operation := collection.verbs.get(verb):
            candidates.append(record_at(operation.response.schema, item_path, schemas))
    for schema in candidates:
        if schema is not ANY and schema.properties and (fields := fields_of_record(schema, schemas)):
            return fields, one_line(schema.description, 200)
    for verb in ("create", "update"):
        if (operation := collection.verbs.get(verb)) and operation.profile.body:
            return operation.profile.body.fields, ""
    return {}, ""
