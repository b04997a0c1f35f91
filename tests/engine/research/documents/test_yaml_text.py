"""YAML is read as OpenAPI means it, and cannot explode."""

import time

import pytest
from driversmith.engine.errors import DescriptionError
from driversmith.engine.research.documents.yaml_text import read_yaml


def read(text: str, **limits: int) -> object:
    return read_yaml(text, location="spec.yaml", **limits)


def test_keys_are_what_was_written() -> None:
    text = "200: a\non: b\n1.0: c\nnull: d\ntrue: e\n2020-01-01: f\n'~': g\n"
    assert read(text) == dict(zip(["200", "on", "1.0", "null", "true", "2020-01-01", "~"], "abcdefg", strict=True))


def test_scalars_follow_yaml_1_2() -> None:
    text = (
        "[on, yes, 12:30:45, 2020-01-01, 1_000, 012, 0x1F, 0o17, -3, +4, 1.5e3, .5, ~, True, false, '5', !!str 6, .inf]"
    )
    assert read(text) == [
        "on", "yes", "12:30:45", "2020-01-01", "1_000", 12, 31, 15, -3, 4, 1500.0, 0.5, None, True, False, "5", "6", None,
    ]  # fmt: skip


def test_timestamps_stay_strings() -> None:
    assert read("a: 2001-12-14t21:59:43.10-05:00\nb: !!timestamp 2001-12-14") == {
        "a": "2001-12-14t21:59:43.10-05:00",
        "b": "2001-12-14",
    }


def test_unknown_tags_are_left_off() -> None:
    assert read("a: !Ref [1, 2]\nb: !!python/object:os.system {c: d}") == {"a": [1, 2], "b": {"c": "d"}}


def test_aliases_and_merge_keys_are_followed() -> None:
    text = "base: &b {x: 1, y: 2}\none: {<<: *b, y: 3}\ntwo: *b\nthree: {<<: [*b, {z: 4, x: 5}]}\n'<<': quoted"
    assert read(text) == {
        "base": {"x": 1, "y": 2},
        "one": {"x": 1, "y": 3},
        "two": {"x": 1, "y": 2},
        "three": {"x": 1, "y": 2, "z": 4},
        "<<": "quoted",
    }


def test_a_key_may_be_anchored_an_alias_or_a_list() -> None:
    assert read("&k name: 1\nb: {*k : 2, [x, y]: 3}") == {"name": 1, "b": {"name": 2, "['x', 'y']": 3}}


def test_only_the_first_document_counts() -> None:
    assert read("a: 1\n---\nb: 2\n") == {"a": 1}
    assert read("") is None


def test_an_alias_bomb_is_counted_before_it_unfolds() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20)]
    started = time.process_time()
    with pytest.raises(DescriptionError, match="unfolds") as caught:
        read("\n".join(lines))
    assert caught.value.code == "description_too_large"
    assert time.process_time() - started < 5


def test_depth_counts_through_aliases() -> None:
    lines = ["a0: &a0 [[[[[[[[[[x]]]]]]]]]]"] + [f"a{n}: &a{n} [[*a{n - 1}]]" for n in range(1, 30)]
    with pytest.raises(DescriptionError, match="deeper than 50"):
        read("\n".join(lines), max_depth=50)


def test_an_alias_to_itself_is_an_error() -> None:
    with pytest.raises(DescriptionError, match=r"line 1.*\*a"):
        read("a: &a [1, *a]")


@pytest.mark.parametrize(
    "text", ["a: [1, 2", "a: 'x", "a: b: c", "\ta: 1", "a: %x", "a: \x01", "- a\nb: 1", "a: *nowhere"]
)
def test_what_is_no_yaml_is_refused(text: str) -> None:
    with pytest.raises(DescriptionError, match="not valid YAML"):
        read(text)
