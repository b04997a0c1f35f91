"""Corrections that are wrong and sound right: what a model says that makes things up."""

import random
from collections.abc import Iterator, Sequence

from .right_facts import Fact

SHARE = 0.3
"""How many of the corrections are wrong, of those that are a mixture; at least one."""


def wrong(objects: Sequence[str], chance: random.Random) -> Iterator[Fact]:
    """One wrong correction after the other, each of another fact, in an order of chance."""
    made = [fact for name in objects for fact in _of_object(name, chance)]
    made += _of_all(chance)
    chance.shuffle(made)
    yield from made


def mixed(right: Sequence[Fact], objects: Sequence[str], seed: str) -> tuple[list[Fact], list[Fact]]:
    """All corrections in an order of chance, and those of them that are wrong."""
    chance = random.Random(seed)  # noqa: S311 - chance, no secret
    taken = {fact for fact, _ in right}
    count = max(1, round(len(right) * SHARE / (1 - SHARE)))
    false = [fact for fact in wrong(objects, chance) if fact[0] not in taken][:count]
    told = [*right, *false]
    chance.shuffle(told)
    return told, false


def only_wrong(right: Sequence[Fact], objects: Sequence[str], seed: str) -> list[Fact]:
    """Three wrong corrections, none of them right by chance."""
    chance = random.Random(seed)  # noqa: S311 - chance, no secret
    return [fact for fact in wrong(objects, chance) if fact not in right][:3]


def _of_object(name: str, chance: random.Random) -> Iterator[Fact]:
    listed = f"/operations/list_{name.removesuffix('s')}s"
    yield (
        f"/objects/{name}/records",
        chance.choice(
            [
                {"record_path": ["payload", "items"]},
                {"record_path": ["records"]},
                {"record_path": ["content"], "shape": "map", "key_field": "code"},
                {"record_path": ["result"], "shape": "record"},
                {"record_path": ["table", "rows"], "shape": "table", "columns_path": ["table", "columns"]},
            ]
        ),
    )
    yield (
        f"/objects/{name}/pagination",
        chance.choice(
            [
                {"style": "page", "position_parameter": "p", "first": 1},
                {"style": "offset", "position_parameter": "begin", "first": 0, "default_size": 50},
                {"style": "cursor", "position_parameter": "bookmark", "next_path": ["bookmark"]},
                {"style": "next_url", "next_path": ["paging", "next_page_url"]},
                {"style": "link_header"},
                {"style": "page", "position_parameter": "seite", "first": 0, "size_parameter": "amount"},
            ]
        ),
    )
    yield (
        f"{listed}/parameters/query/{chance.choice(['expand', 'locale', 'tenant'])}",
        {"required": True, "default": chance.choice(["all", "default", "main"])},
    )
    yield f"{listed}/path", chance.choice([f"/v2/{name}", f"/{name}/list", f"/{name}/all"])
    yield f"{listed}/media_type", "application/vnd.fleet+json"


def _of_all(chance: random.Random) -> list[Fact]:
    return [
        ("/base_path", chance.choice(["/rest", "/v3", "/public/api"])),
        ("/headers/X-Tenant-Id", chance.choice(["main", "1"])),
        ("/error_path", chance.choice([["fault"], ["problem", "title"]])),
        ("/rate_limit", {"statuses": [503], "header": "X-Retry-In"}),
        ("/trailing_slash", True),
        (
            "/auth/key",
            chance.choice(
                [
                    {"kind": "api_key", "location": "query", "parameter": "auth", "prefix": ""},
                    {"kind": "api_key", "location": "header", "parameter": "X-Auth", "prefix": ""},
                    {"kind": "api_key", "location": "header", "parameter": "Authorization", "prefix": "Key "},
                ]
            ),
        ),
    ]
