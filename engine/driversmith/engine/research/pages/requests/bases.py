"""Where the API lives, and what its bare paths stand below."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .hosts import domain_of, host_of, is_elsewhere, is_example, root_of
from .mentions import Mention, Signal

_SENT: frozenset[Signal] = frozenset(("method_path", "call", "labelled", "base", "code", "span"))
_BARE: frozenset[Signal] = frozenset(("method_path", "span", "path", "labelled"))
_FILE = re.compile(r"/[^/]*\.[a-z]{2,5}$")


@dataclass(frozen=True)
class Base:
    """Where the API lives."""

    origin: str
    """Empty where no page tells it."""
    path: str
    """What stands before all paths, without a trailing slash; often empty."""


def at_home(mentions: Sequence[Mention], page_url: str) -> list[Mention]:
    """Where a page names no host but such as stand for the reader's own, its own is meant."""
    home = root_of(page_url)
    hosts = {host_of(m.target.origin) for m in mentions if m.target.origin and m.signal in _SENT}
    own = domain_of(host_of(home))
    real = [host for host in hosts if domain_of(host) == own or not (is_example(host) or is_elsewhere(host))]
    if not home or real:
        return list(mentions)
    return [
        replace(mention, target=replace(mention.target, origin=home))
        if mention.target.origin and mention.signal in _SENT and is_example(host_of(mention.target.origin))
        else mention
        for mention in mentions
    ]


def base_of(mentions: Sequence[Mention], origins: Counter[str], page_url: str) -> Base:
    """The base that the pages state, or that a path tells which they have bare and in full; else the likeliest origin."""
    stated = Counter[tuple[str, str]]()
    for mention in mentions:
        if mention.signal == "base" and mention.target.origin in origins:
            stated[mention.target.origin, _FILE.sub("", mention.target.path.rstrip("/"))] += 1
    bare: defaultdict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        path = mention.target.path.rstrip("/")
        if not mention.target.origin and mention.signal in _BARE and len(path) > 1:
            bare[path.rpartition("/")[2]].add(path)
    for mention in mentions:
        origin, path = mention.target.origin, mention.target.path.rstrip("/")
        if origin not in origins or mention.signal == "base":
            continue
        for below in bare.get(path.rpartition("/")[2], ()):
            if path.endswith(below):
                stated[origin, path.removesuffix(below)] += 2
    if stated:
        origin, path = max(stated, key=lambda place: (stated[place], origins[place[0]], -len(place[1])))
        return Base(origin, path)
    if origins:
        return Base(origins.most_common(1)[0][0], "")
    return Base(root_of(page_url), "")


def resolved(mentions: Iterable[Mention], base: Base) -> list[Mention]:
    """The mentions with their whole paths, and one more for each part of a path that may be left out.

    A bare path ends one that the pages tell in full, or stands below the base, where it does not begin with it.
    """
    mentions = list(mentions)
    whole: defaultdict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        if mention.target.origin == base.origin:
            whole[mention.target.path.rstrip("/").rpartition("/")[2]].add(mention.target.path)
    return [one for mention in mentions for one in _with_and_without(_resolved(mention, base, whole))]


def _resolved(mention: Mention, base: Base, whole: dict[str, set[str]]) -> Mention:
    target = mention.target
    if target.origin or not base.origin:
        return mention
    bare = target.path.rstrip("/")
    known = whole.get(bare.rpartition("/")[2], set())
    ends = [path for path in known if path.rstrip("/").endswith(bare) and target.segments]
    if ends and target.path not in known and base.path + target.path not in known:
        path = min(ends, key=lambda path: (len(path), path))
    elif not base.path or (target.path + "/").startswith(base.path + "/"):
        path = target.path
    else:
        path = base.path + target.path
    return replace(mention, target=replace(target, origin=base.origin, path=path))


def _with_and_without(mention: Mention) -> Iterable[Mention]:
    yield mention
    target = mention.target
    for name in target.optional:
        yield replace(mention, target=replace(target, path=target.path.replace("/{" + name + "}", "", 1), optional=()))
