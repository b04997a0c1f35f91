"""What only some APIs do, as a fact of theirs says: each applies where the profile has that fact."""

from typing import Any

from ...models.profile import ObjectProfile
from ..mock.pages import has_total_in_body, json_answer
from ..serving.pages import nest, put
from ..trial import Behaviour, Run, Trial
from .failures import problem
from .reading import page, paged, rules, small_pages

ERROR_CODE = 404
"""Of an error inside a good answer: the driver raises what it raises for that status."""


async def reads_on_after_a_short_page(trial: Trial) -> None:
    """A page shorter than asked for is not the last one: all records come."""
    expected = trial.serve(2 * page(trial) + 1)
    trial.mock.script.pages = rules(trial, short=True)
    value = trial.succeeded(await trial.driver.read(trial.subject, **small_pages(trial)))
    trial.equal(value, expected, f"{len(expected)} records on pages shorter than asked for")


async def ends_with_a_short_page(trial: Trial) -> None:
    """A page shorter than asked for is the last one: none is asked for after it."""
    expected = trial.serve(page(trial) + 1)
    trial.mock.script.pages = rules(trial)
    value = trial.succeeded(await trial.driver.read(trial.subject, **small_pages(trial)))
    trial.equal(value, expected, f"{len(expected)} records")
    trial.requests(2 if page(trial) > 1 else 3)


async def error_in_a_good_answer_is_raised(trial: Trial) -> None:
    """An error inside an answer with status 200 is raised, by its code where it has one; null there is no error."""
    path = trial.profile.error_path
    for error, kind in (
        (trial.maker.word(), "UnexpectedResponseError"),
        ({"code": ERROR_CODE, "message": trial.maker.word()}, "ObjectNotFoundError"),
    ):
        trial.mock.script.always = json_answer(nest(path, error))
        trial.raised(await trial.driver.probe(trial.subject), kind)
    described = trial.described
    if described.shape == "list" and described.record_path and "read" in described.operations:
        record = trial.maker.record(described.fields, described.identifier)
        body: Any = nest(described.record_path, [record])
        put(body, path, None)
        trial.mock.script.always = json_answer(body)
        value = trial.succeeded(await trial.driver.read(trial.subject, limit=1))
        trial.equal(value, [record], "the record, where there is no error")


async def rate_limit_is_told_otherwise(trial: Trial) -> None:
    """Statuses that mean too many requests, and the header that says how long to wait: waited out, then RateLimitError."""
    signs = trial.profile.rate_limit_signs
    status, header = (signs.statuses or (429,))[0], signs.header or "Retry-After"
    expected = trial.serve(2)[:1]
    trial.mock.script.first = [problem(status, (header, "0"))]
    value = trial.succeeded(await trial.driver.probe(trial.subject))
    trial.equal(value, expected, "the served records")
    trial.requests(2)
    trial.mock.script.first = [problem(status, (header, "0"))]
    trial.mock.script.always = problem(status, (header, "7"))
    raised = trial.raised(await trial.driver.probe(trial.subject), "RateLimitError")
    after = raised.attributes.get("retry_after")
    trial.require(after == 7, expected="retry_after 7", received=f"retry_after {after!r}")


def _never_last(run: Run) -> list[str]:
    """Objects whose pages may be short without being the last, as a fact or the number of all records says: drivers of earlier
    versions take a short page for the last elsewhere."""
    return [name for name in paged(run) if _may_be_short(run.profile.objects[name])]


def _may_be_short(described: ObjectProfile) -> bool:
    paging = described.pagination
    told = bool(paging.total_header) or has_total_in_body(described)
    return paging.style in {"page", "offset"} and (
        paging.short_page_ends is False or bool(told and paging.size_parameter and paging.short_page_ends is None)
    )


def _short_is_last(run: Run) -> list[str]:
    return [name for name in paged(run) if run.profile.objects[name].pagination.short_page_ends]


def _telling_errors(run: Run) -> list[str]:
    json = [n for n in run.first_collection() if run.operation_of(n).response.kind == "json"]
    return json if run.profile.error_path else []


def _limited_otherwise(run: Run) -> list[str]:
    signs = run.profile.rate_limit_signs
    return run.first_collection() if signs.statuses or signs.header else []


BEHAVIOURS = (
    Behaviour("short-page-read-on", reads_on_after_a_short_page, _never_last),
    Behaviour("short-page-ends", ends_with_a_short_page, _short_is_last),
    Behaviour("error-in-good-answer", error_in_a_good_answer_is_raised, _telling_errors),
    Behaviour("rate-limit-by-its-signs", rate_limit_is_told_otherwise, _limited_otherwise),
)
