"""prompt_adjustment, simplify, fallback: each rung once, and never down again."""

import pytest
from driversmith.engine.diagnosis.fingerprint import fingerprint
from driversmith.engine.diagnosis.ladder import next_strategy, tried_in_vain

from .asked import FAILED, UNKNOWN, a_record


@pytest.mark.parametrize(
    ("wanted", "in_vain", "then"),
    [
        ("prompt_adjustment", [], "prompt_adjustment"),
        ("prompt_adjustment", ["prompt_adjustment"], "simplify"),
        ("prompt_adjustment", ["simplify"], "fallback"),
        ("prompt_adjustment", ["prompt_adjustment", "simplify"], "fallback"),
        ("simplify", [], "simplify"),
        ("simplify", ["prompt_adjustment"], "simplify"),
        ("simplify", ["simplify"], "fallback"),
        ("fallback", ["prompt_adjustment"], "fallback"),
        ("fallback", ["fallback"], "abort"),
        ("abort", [], "abort"),
        ("abort", ["prompt_adjustment"], "abort"),
    ],
)
def test_the_next_rung(wanted, in_vain, then) -> None:
    assert next_strategy(wanted, in_vain) == then


def test_an_adjustment_counts_for_its_own_fault_and_only_where_it_did_not_help() -> None:
    key = fingerprint(FAILED)
    failed = a_record(helped=False)
    assert tried_in_vain([failed], fingerprint=key, kind="syntax") == ("prompt_adjustment",)
    assert tried_in_vain([failed], fingerprint="other", kind="list_objects_shape") == ("prompt_adjustment",)
    assert tried_in_vain([failed], fingerprint="other", kind="syntax") == ()
    assert tried_in_vain([a_record(helped=True)], fingerprint=key, kind="syntax") == ()


def test_who_wrote_the_whole_driver_counts_for_every_fault() -> None:
    other = a_record(UNKNOWN, helped=False, fix_strategy="simplify", prompt_modification="")
    assert tried_in_vain([other], fingerprint="x", kind="syntax") == ("simplify",)
