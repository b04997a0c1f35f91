"""A model's answer is text that a journal and a file can hold."""

import pytest
from driversmith.engine.llm.port import ModelAnswer, TokenUsage


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("\udc00", "\ufffd"),
        ("\ud83d\ude00 joined", "\U0001f600 joined"),
        ("é\U0001f600", "é\U0001f600"),
    ],
)
def test_half_of_a_surrogate_pair_is_replaced_and_two_halves_are_joined(text: str, held: str) -> None:
    answer = ModelAnswer(
        text=text, stop_reason="end_turn", usage=TokenUsage(), model="m", latency_seconds=0.0, cost_usd=None
    )
    assert answer.text == held
    answer.text.encode()
