"""Servers of the API beside the one that the driver speaks to."""

from urllib.parse import urljoin

from ..models.profile import ApiProfile, ServerProfile


def other_servers(profile: ApiProfile) -> tuple[ServerProfile, ...]:
    """Those that are not the base URL, in whatever way the description writes that."""
    base = profile.base_url.rstrip("/")
    return tuple(s for s in profile.servers if urljoin(base, s.url).rstrip("/") != base)
