"""Reading records: the right ones, in order, none twice, and no page more than needed."""

import json
from dataclasses import replace
from typing import Any, cast

from ...network.loopback import Request, Response
from ..arguments import drop_member, operation_arguments, read_needs, read_operation
from ..expected import differences
from ..mock.pages import SMALL_PAGE, PageRules, has_next_in_body, json_answer
from ..serving.pages import nest
from ..trial import MAX_SAMPLE, Behaviour, Run, Trial, brief, detail
from ..wire_text import json_value

LARGEST_DEFAULT = 200
"""Page sizes up to this are tried at full length."""


async def reads_records(trial: Trial) -> None:
    """`read` gives the served records, by the request that the profile describes."""
    expected = trial.serve(2)
    value = trial.succeeded(await trial.driver.read(trial.subject))
    trial.equal(value, expected, "the served records")
    seen = _without_paging(trial, trial.requests(1, 3)[0])
    operation = trial.operation
    wanted = trial.expected(operation, trial.read_arguments(trial.subject))
    paging = {trial.described.pagination.position_parameter, trial.described.pagination.size_parameter}
    secret = {scheme.parameter for scheme in trial.profile.auth if scheme.location == "query"}
    wanted.query = [pair for pair in wanted.query if pair[0] not in paging]
    found = differences(wanted, seen, operation, hidden={*secret, *(p for p in paging if p)})
    trial.require(not found, expected=f"{operation.signature} as described", received="; ".join(found))


async def reads_every_page(trial: Trial) -> None:
    """All pages are read, in order, none twice, whether the last page is short or full."""
    for count, end in ((2 * page(trial) + 1, "absent"), (2 * page(trial), "null"), (page(trial), "empty")):
        expected = trial.serve(count)
        trial.mock.script.pages = rules(trial, end=end)
        value = trial.succeeded(await trial.driver.read(trial.subject, **small_pages(trial)))
        trial.equal(value, expected, f"{count} records on pages of {page(trial)}")


async def reads_with_its_own_page_size(trial: Trial) -> None:
    """Without a page size by the caller, the driver's own leads through all pages as well."""
    size = default_page(trial)
    expected = trial.serve(size + 2)
    trial.mock.script.pages = rules(trial)
    value = trial.succeeded(await trial.driver.read(trial.subject))
    trial.equal(value, expected, f"{size + 2} records")


async def reads_one_by_identifier(trial: Trial) -> None:
    """With the path arguments of the single record, `read` asks for that record."""
    operation = trial.profile.operations[trial.described.operations["read_one"]]
    item = trial.maker.record(trial.described.fields, trial.described.identifier)
    trial.mock.items[trial.subject] = item
    trial.mock.focus = operation
    arguments = operation_arguments(operation, trial.maker, optional=False)
    value = trial.succeeded(await trial.driver.call("read", trial.subject, **arguments))
    trial.equal(value, [item], "that record alone")
    seen = trial.requests(1)[0]
    wanted = trial.expected(operation, arguments)
    secret = {scheme.parameter for scheme in trial.profile.auth if scheme.location == "query"}
    found = differences(wanted, seen, operation, hidden=secret)
    trial.require(not found, expected=f"{operation.signature} as described", received="; ".join(found))


async def repeated_page_stops(trial: Trial) -> None:
    """A page or cursor that comes again ends with an error instead of a loop, and says how many records were read."""
    size = page(trial)
    trial.serve(2 * size)
    trial.mock.script.pages = rules(trial, stuck=True)
    raised = trial.raised(await trial.driver.read(trial.subject, **small_pages(trial)), "UnexpectedResponseError")
    trial.requests(2, 5)
    read = detail(raised, "records_read")
    trial.require(
        isinstance(read, int) and 0 < read <= 4 * size,
        expected="details['records_read']",
        received=brief(raised.attributes.get("details")),
    )


async def next_url_stays_on_the_origin(trial: Trial) -> None:
    """Of the URL of a next page only path and query are used: absolute, relative or of another host."""
    for origin in (trial.mock.origin, trial.mock.other_origin, "http://api.invalid"):
        expected = trial.serve(2 * SMALL_PAGE)
        trial.mock.script.pages = rules(trial, origin=origin)
        value = trial.succeeded(await trial.driver.read(trial.subject, **small_pages(trial)))
        trial.equal(value, expected, f"all records, with next URLs of {origin}")
    trial.require(
        not trial.mock.other_log, expected="no request to another origin", received=f"{len(trial.mock.other_log)}"
    )


async def empty_collection_is_empty(trial: Trial) -> None:
    """No records are an empty list, not an error."""
    trial.serve(1)
    trial.mock.records[trial.described.name] = []
    trial.equal(trial.succeeded(await trial.driver.read(trial.subject)), [], "an empty list")
    trial.requests(1)


async def odd_shapes_are_read(trial: Trial) -> None:
    """Items that are no objects become `{"value": item}`, a lone record a list of one, an empty answer no records."""
    described = trial.described
    word, record = trial.maker.word(), trial.maker.record(described.fields, described.identifier)
    trial.mock.script.always = json_answer(nest(described.record_path, [word, 7]))
    value = trial.succeeded(await trial.driver.read(trial.subject, limit=2))
    trial.equal(value, [{"value": word}, {"value": 7}], "items as values")
    trial.mock.script.always = json_answer(nest(described.record_path, record))
    value = trial.succeeded(await trial.driver.read(trial.subject, limit=1))
    trial.equal(value, [record], "a list with the lone record")
    trial.mock.script.always = Response(204)
    value = trial.succeeded(await trial.driver.read(trial.subject))
    trial.equal(value, [], "no records for an empty answer")
    trial.requests(3)


async def unknown_argument_is_refused(trial: Trial) -> None:
    """An argument that the API does not know is refused without a request, naming those it knows."""
    reply = await trial.driver.read(trial.subject, no_such_argument_q=1)
    raised = trial.raised(reply, "InvalidRequestError")
    trial.requests(0)
    known = detail(raised, "known")
    trial.require(
        isinstance(known, list),
        expected="details['known'] with the known arguments",
        received=brief(raised.attributes.get("details")),
    )


async def missing_argument_is_refused(trial: Trial) -> None:
    """A required argument that is missing is refused without a request, naming it."""
    names = list(trial.read_arguments(trial.subject))
    raised = trial.raised(await trial.driver.call("read", trial.subject), "InvalidRequestError")
    trial.requests(0)
    missing = detail(raised, "missing")
    trial.require(
        set(names) <= set(missing or ()),
        expected=f"details['missing'] with {names}",
        received=brief(raised.attributes.get("details")),
    )


def _without_paging(trial: Trial, seen: Request) -> Request:
    """The request without what its body says of the page that is wanted."""
    paging = trial.described.pagination
    body = json_value(seen.body.decode("utf-8", "replace")) if paging.position_in == "body" else None
    if not isinstance(body, dict):
        return seen
    names = (paging.position_parameter, paging.size_parameter)
    left = cast("dict[str, Any]", body)
    for name in filter(None, names):
        drop_member(left, name)
    made = trial.operation.body is not None and trial.operation.body.argument is None
    return replace(seen, body=json.dumps(left).encode() if left or made else b"")


def page(trial: Trial) -> int:
    """Records a page in scenarios with small pages."""
    paging = trial.described.pagination
    if paging.style not in {"page", "offset"}:
        return SMALL_PAGE
    if paging.size_parameter:
        parameter = _parameter(trial, paging.size_parameter)
        low = int(parameter.minimum or SMALL_PAGE) if parameter else SMALL_PAGE
        return min(max(SMALL_PAGE, low), paging.max_size or LARGEST_DEFAULT)
    return paging.default_size or SMALL_PAGE


def default_page(trial: Trial) -> int:
    """Records a page when the driver chooses."""
    paging = trial.described.pagination
    if paging.style not in {"page", "offset"}:
        return SMALL_PAGE
    if paging.size_parameter and (documented := paging.max_size or paging.default_size):
        return documented
    return paging.default_size or SMALL_PAGE


def small_pages(trial: Trial) -> dict[str, Any]:
    """Arguments that ask for small pages, where the API has such."""
    name = trial.described.pagination.size_parameter
    parameter = _parameter(trial, name) if name else None
    return {parameter.argument: page(trial)} if parameter else {}


def rules(trial: Trial, **changes: Any) -> PageRules:
    """Page rules for the object: a cap where pages may be shorter than asked for without being the last."""
    paging = trial.described.pagination
    asked = paging.short_page_ends or (paging.size_parameter and (paging.max_size or paging.default_size))
    cap = None if paging.style in {"page", "offset"} and (asked or not paging.size_parameter) else SMALL_PAGE
    if paging.style in {"page", "offset"} and cap:
        cap = page(trial)
    return PageRules(cap=cap, hidden=trial.mock.script.pages.hidden, **changes)


def paged(run: Run) -> list[str]:
    """A sample of the objects that have pages."""
    found: list[str] = []
    for name in run.collections():
        described = run.profile.objects[name]
        if described.pagination.style != "none" and has_next_in_body(described):
            found.append(name)
    return _spread(run, found)[:MAX_SAMPLE]


def _spread(run: Run, names: list[str]) -> list[str]:
    """The names, those with a paging style not seen yet first."""
    seen: set[str] = set()
    first: list[str] = []
    for name in names:
        style = run.profile.objects[name].pagination.style
        if style not in seen:
            seen.add(style)
            first.append(name)
    return first + [n for n in names if n not in first]


def with_own_size(run: Run) -> list[str]:
    found: list[str] = []
    for name in paged(run):
        paging = run.profile.objects[name].pagination
        if paging.style in {"page", "offset"} and max(paging.max_size or 0, paging.default_size or 0) > LARGEST_DEFAULT:
            continue
        found.append(name)
    return found


def _with_next_url(run: Run) -> list[str]:
    return [n for n in paged(run) if run.profile.objects[n].pagination.style in {"link_header", "next_url"}][:3]


def _plain_lists(run: Run) -> list[str]:
    """The simplest list in JSON that stands under a key, where a lone record cannot be mistaken for the envelope."""
    found: list[str] = []
    for name in run.collections():
        described, operation = run.profile.objects[name], run.operation_of(name)
        if described.shape == "list" and described.record_path and operation.response.kind == "json":
            found.append(name)
    return [name for name in found if run.operation_of(name).method == "GET"][:1]


def _single(run: Run) -> list[str]:
    """Objects with a read of one record whose arguments `read` does not take itself."""
    found: list[str] = []
    for name in run.having("read_one"):
        described = run.profile.objects[name]
        one = set(run.profile.operations[described.operations["read_one"]].asks_for_one)
        if "read" not in described.operations:
            continue
        taken = {p.argument for p in run.profile.operations[described.operations["read"]].parameters}
        if one and not one <= taken:
            found.append(name)
    return found


def _needing_arguments(run: Run) -> list[str]:
    names = [n for n in run.readable() if read_needs(run.profile, run.profile.objects[n])]
    return names[:MAX_SAMPLE]


def _parameter(trial: Trial, wire_name: str) -> Any:
    operation = read_operation(trial.profile, trial.described)
    place = trial.described.pagination.position_in
    return next((p for p in operation.parameters if p.name == wire_name and p.location == place), None)


BEHAVIOURS = (
    Behaviour("read-records", reads_records, lambda run: run.readable()),
    Behaviour("read-every-page", reads_every_page, paged),
    Behaviour("read-own-page-size", reads_with_its_own_page_size, with_own_size),
    Behaviour("read-one", reads_one_by_identifier, _single),
    Behaviour("repeated-page-stops", repeated_page_stops, paged),
    Behaviour("next-url-stays-on-origin", next_url_stays_on_the_origin, _with_next_url),
    Behaviour("read-empty", empty_collection_is_empty, lambda run: run.collections()[:1]),
    Behaviour("read-odd-shapes", odd_shapes_are_read, _plain_lists),
    Behaviour("unknown-argument", unknown_argument_is_refused, lambda run: run.readable()[:MAX_SAMPLE]),
    Behaviour("missing-argument", missing_argument_is_refused, _needing_arguments),
)
