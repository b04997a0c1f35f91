"""Samples and templates: `/users/123` beside `/users/{id}` is the same request."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from .hosts import host_of
from .mentions import Mention, Signal
from .targets import Target

_NAMED: frozenset[Signal] = frozenset(("method_path", "embedded", "labelled"))
_BASE_LIKE = re.compile(r"api|rest|v\d+(\.\d+)*|public|json", re.IGNORECASE)
_WORD = re.compile("[a-z]+([_-][a-z]+)*")
_FEW_WORDS = 2
"""Plain words in the place of one parameter that are samples of it; more of them are paths of their own."""
_MOST_TEMPLATES = 3000

Key = tuple[str, int, int, str]


def as_templates(mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, where a sample that a template of the pages fits is that template, with its values as samples."""
    templates = _Templates(mention.target for mention in mentions)
    literal = {
        (m.target.origin, m.target.path.rstrip("/"))
        for m in mentions
        if m.signal in _NAMED and "{" not in m.target.path
    }
    words: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for mention in mentions:
        for template in templates.fitting(mention.target):
            words[template.origin, template.path].update(_words(mention.target, template))
    made: list[Mention] = []
    for mention in mentions:
        target = mention.target
        fitting: list[Target] = []
        if not target.is_template and (target.origin, target.path.rstrip("/")) not in literal:
            fitting = [t for t in templates.fitting(target) if _is_sample(mention, t, words[t.origin, t.path])]
        best = min(fitting, key=lambda template: template.path.count("{"), default=None)
        made.append(replace(mention, target=_filled(target, best)) if best else mention)
    return made


class _Templates:
    """Templates by their last fixed segment, so that a page of a thousand is no matter."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._by_key: defaultdict[Key, dict[str, Target]] = defaultdict(dict)
        count = 0
        for target in targets:
            if not target.is_template or count >= _MOST_TEMPLATES:
                continue
            fixed = [place for place, segment in enumerate(target.segments) if "{" not in segment]
            if fixed:
                known = self._by_key[_key(target, fixed[-1])]
                count += target.path not in known
                known.setdefault(target.path, target)

    def fitting(self, sample: Target) -> list[Target]:
        """The templates that a path fits."""
        keys = (_key(sample, place) for place in range(len(sample.segments)))
        near = (template for key in keys for template in self._by_key.get(key, {}).values())
        return [template for template in near if _fits(sample, template)]


def _key(target: Target, place: int) -> Key:
    return host_of(target.origin), len(target.segments), place, target.segments[place]


def _fits(sample: Target, template: Target) -> bool:
    """Whether a path is what a template becomes: no parameter stands where it has a word."""
    told = dict(sample.samples)
    for mine, theirs in zip(sample.segments, template.segments, strict=True):
        if "{" not in theirs:
            if mine != theirs:
                return False
        elif "{" in mine:
            if mine != theirs and mine.strip("{}") not in told:
                return False
        elif not re.fullmatch(re.sub(r"\\\{[^{}]*\\\}", ".+", re.escape(theirs)), mine):
            return False
    return True


def _words(sample: Target, template: Target) -> list[str]:
    """Plain words that a sample has where a template has a parameter: they may be samples, or paths of their own."""
    pairs = zip(sample.segments, template.segments, strict=True)
    return [mine for mine, theirs in pairs if theirs.startswith("{") and _WORD.fullmatch(mine)]


def _is_sample(mention: Mention, template: Target, words: set[str]) -> bool:
    """Whether a path that a template fits is a sample of it: where the pages show many plain words there, or one by
    itself, they are paths of their own."""
    if not _words(mention.target, template):
        return True
    pairs = zip(template.segments, template.segments[1:], strict=False)
    before = next((one for one, following in pairs if following.startswith("{")), "")
    if mention.signal in ("call", "code") and before and not _BASE_LIKE.fullmatch(before):
        return True
    return mention.signal in ("call", "code", "prose") and len(words) <= _FEW_WORDS


def _filled(sample: Target, template: Target) -> Target:
    told = dict(sample.samples)
    values: list[tuple[str, str]] = []
    for mine, theirs in zip(sample.segments, template.segments, strict=True):
        name = theirs.strip("{}")
        value = mine if "{" not in mine else told.get(mine.strip("{}"), "")
        if theirs == "{" + name + "}" and value:
            values.append((name, value))
    return replace(sample, path=template.path, samples=tuple(values))
