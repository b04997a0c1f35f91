"""The facts that pages are made from, in the words of a driver's `_api.py`, which stands here in a driver."""

from typing import NamedTuple

from ...models.profile import ObjectProfile


class Paging(NamedTuple):
    """Members of `PaginationProfile`."""

    style: str = "none"
    position: str = ""
    first: int | None = None
    """Of the first page, where that is asked for by its number."""
    next: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    total: tuple[str, ...] = ()
    next_header: str = ""
    total_header: str = ""


class Resource(NamedTuple):
    """Members of `ObjectProfile`."""

    shape: str = "list"
    records: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    paging: Paging = Paging()


def resource_of(profile: ObjectProfile) -> Resource:
    """What a profile says of an object."""
    paging = profile.pagination
    facts = Paging(
        style=paging.style,
        position=paging.position_parameter or "",
        first=paging.first if paging.counted else None,
        next=paging.next_path,
        more=paging.more_path,
        last=paging.last_path,
        pages=paging.pages_path,
        total=paging.total_path,
        next_header=paging.next_header or "",
        total_header=paging.total_header or "",
    )
    return Resource(
        profile.shape,
        profile.record_path,
        profile.inner_path,
        profile.columns_path,
        facts,
    )
