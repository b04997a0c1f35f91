"""How much is read: limits, batches, and more records than fit into any page."""

from dataclasses import replace
from typing import Any, cast

from ..trial import MAX_SAMPLE, Behaviour, Run, Trial, brief
from .reading import default_page, page, paged, rules, small_pages, with_own_size

MANY = 130
"""Records that neither a page nor a constant of a driver holds."""
LARGE_PAGE = 50
FEWEST_A_PAGE = 8
"""With smaller pages MANY records take more requests than the mock answers."""
MAX_WHOLE = 5
"""Objects without pages whose batches are read."""
BATCHES = "batches"


async def obeys_limit(trial: Trial) -> None:
    """`limit` is obeyed, and no page is asked for beyond it."""
    size = page(trial)
    expected = trial.serve(3 * size)
    for limit, pages in ((1, 1), (size, 1), (size + 1, 2)):
        start = len(trial.mock.log)
        trial.mock.script.pages = rules(trial)
        value = trial.succeeded(await trial.driver.read(trial.subject, limit=limit, **small_pages(trial)))
        trial.equal(value, expected[:limit], f"the first {limit} records")
        made = len(trial.mock.log) - start
        trial.require(
            made <= pages, expected=f"at most {pages} requests for limit={limit} on pages of {size}", received=f"{made}"
        )


async def obeys_limit_across_its_own_pages(trial: Trial) -> None:
    """A limit that ends within a later page of the driver's own size skips and repeats nothing."""
    size = default_page(trial)
    limit = size + max(1, size // 2)
    expected = trial.serve(2 * size)
    trial.mock.script.pages = rules(trial)
    value = trial.succeeded(await trial.driver.read(trial.subject, limit=limit))
    trial.equal(value, expected[:limit], f"the first {limit} records")


async def limits_what_has_no_pages(trial: Trial) -> None:
    """`limit` also holds where the API gives everything at once."""
    expected = trial.serve(4)
    value = trial.succeeded(await trial.driver.read(trial.subject, limit=2))
    trial.equal(value, expected[:2], "the first 2 records")
    trial.requests(1)


async def streams_batches(trial: Trial) -> None:
    """`read_batched` gives the first batch before the second page is asked for, and in the end everything."""
    size = page(trial)
    expected = trial.serve(3 * size)
    trial.mock.script.pages = rules(trial)
    await _open_batches(trial, size, **small_pages(trial))
    trial.requests(0)
    batches: list[list[Any]] = []
    while batch := await _next_batch(trial, size):
        batches.append(batch)
        trial.requests(len(batches) if len(batches) == 1 else 1, len(batches))
    trial.equal([record for batch in batches for record in batch], expected, "all records")


async def batches_what_has_no_pages(trial: Trial) -> None:
    """`read_batched` gives everything, in batches, also where the API gives everything at once."""
    size = 3
    expected = trial.serve(2 * size + 1)
    await _open_batches(trial, size)
    trial.equal(await _all_batches(trial, size), expected, f"all records, in batches of {size}")
    trial.requests(1)


async def knows_no_limit_of_its_own(trial: Trial) -> None:
    """More than a hundred records all come: from `read`, up to a `limit`, and in batches."""
    expected = trial.serve(MANY)
    small = rules(trial)
    trial.mock.script.pages = replace(small, cap=small.cap and LARGE_PAGE, size=LARGE_PAGE)
    trial.equal(trial.succeeded(await trial.driver.read(trial.subject)), expected, f"all {MANY} records")
    limit = MANY - 10
    value = trial.succeeded(await trial.driver.read(trial.subject, limit=limit))
    trial.equal(value, expected[:limit], f"the first {limit} records")
    size = MANY // 2
    await _open_batches(trial, size)
    trial.equal(await _all_batches(trial, size), expected, f"all {MANY} records, in batches of {size}")


async def _open_batches(trial: Trial, size: int, /, **arguments: Any) -> None:
    trial.note(f"read_batched({trial.subject!r}, batch_size={size})")
    given = {**trial.read_arguments(trial.subject), **arguments}
    reply = await trial.child.open_iterator(
        trial.driver.handle, BATCHES, "read_batched", trial.subject, batch_size=size, **given
    )
    trial.succeeded(trial.heard(reply))


async def _next_batch(trial: Trial, size: int) -> list[Any] | None:
    """None after the last one."""
    reply = trial.heard(await trial.child.next_item(BATCHES))
    if reply.done:
        return None
    value = trial.succeeded(reply)
    batch = cast("list[Any]", value) if isinstance(value, list) else []
    trial.require(0 < len(batch) <= size, expected=f"batches of 1 to {size} records", received=brief(value))
    return batch


async def _all_batches(trial: Trial, size: int) -> list[Any]:
    records: list[Any] = []
    while batch := await _next_batch(trial, size):
        records += batch
        trial.require(len(records) <= 2 * MANY, expected="an end of the batches", received=f"{len(records)} records")
    return records


def _limit_within_own_pages(run: Run) -> list[str]:
    objects = run.profile.objects
    return [
        n
        for n in with_own_size(run)
        if objects[n].pagination.style in {"page", "offset"}
        and objects[n].pagination.size_parameter
        and (objects[n].pagination.max_size or objects[n].pagination.default_size or 0) > 1
    ][:2]


def _unpaged(run: Run) -> list[str]:
    return [n for n in run.collections() if run.profile.objects[n].pagination.style == "none"][:MAX_SAMPLE]


def _simplest_of_each(run: Run) -> list[str]:
    """The object with the fewest fields among those with pages, and among those without."""
    with_pages = [name for name in paged(run) if _fewest_a_page(run, name) >= FEWEST_A_PAGE]
    whole = [name for name in _unpaged(run) if run.profile.objects[name].pagination.size_parameter is None]
    objects = run.profile.objects
    return [min(names, key=lambda n: len(objects[n].fields)) for names in (with_pages, whole) if names]


def _fewest_a_page(run: Run, name: str) -> int:
    paging = run.profile.objects[name].pagination
    return min(LARGE_PAGE, *(size for size in (paging.max_size, paging.default_size, LARGE_PAGE) if size))


BEHAVIOURS = (
    Behaviour("read-limit", obeys_limit, paged),
    Behaviour("read-limit-across-pages", obeys_limit_across_its_own_pages, _limit_within_own_pages),
    Behaviour("read-limit-without-pages", limits_what_has_no_pages, _unpaged),
    Behaviour("read-batched-streams", streams_batches, paged),
    Behaviour("read-batched-without-pages", batches_what_has_no_pages, lambda run: _unpaged(run)[:MAX_WHOLE]),
    Behaviour("read-limit-is-the-callers", knows_no_limit_of_its_own, _simplest_of_each),
)
