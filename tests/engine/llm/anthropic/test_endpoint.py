"""Only two variables say where the model is, and no test can reach a paid one."""

import os

import pytest
from driversmith.engine.errors import InvalidArgumentError, ModelError, ModelRejectedError
from driversmith.engine.llm.anthropic.endpoint import Endpoint, endpoint_from
from driversmith.engine.llm.anthropic.model import AnthropicModel
from driversmith.engine.llm.prices import load_prices
from driversmith.engine.settings import Settings
from pydantic import SecretStr

from ..requests import MODELS, Records, a_request

KEY = SecretStr("sk-not-a-key")


def test_without_a_key_there_is_no_endpoint() -> None:
    assert endpoint_from({}) is None
    assert endpoint_from({"ANTHROPIC_API_KEY": " ", "ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}) is None
    assert endpoint_from({"ANTHROPIC_AUTH_TOKEN": "other", "ANTHROPIC_PROFILE": "mine"}) is None


def test_key_and_base_url_are_honoured_and_the_key_is_not_shown() -> None:
    endpoint = endpoint_from({"ANTHROPIC_API_KEY": "sk-1", "ANTHROPIC_BASE_URL": "http://gateway.test/claude/"})
    assert endpoint
    assert (endpoint.base_url, endpoint.api_key.get_secret_value()) == ("http://gateway.test/claude", "sk-1")
    assert "sk-1" not in repr(endpoint)
    default = endpoint_from({"ANTHROPIC_API_KEY": "sk-1", "ANTHROPIC_BASE_URL": ""})
    assert default
    assert default.base_url == "https://api.anthropic.com"


def test_a_base_url_that_is_none_is_named() -> None:
    with pytest.raises(InvalidArgumentError, match=r"ANTHROPIC_BASE_URL .* 'gateway'"):
        endpoint_from({"ANTHROPIC_API_KEY": "sk-1", "ANTHROPIC_BASE_URL": "gateway"})


@pytest.mark.parametrize("loopback_only", [False, True])
async def test_no_message_holds_the_password_of_a_base_url(
    loopback_only: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Records()
    monkeypatch.setenv("DRIVERSMITH_MODEL_LOOPBACK_ONLY", "1")
    host = "gateway.test" if loopback_only else "127.0.0.1:9"
    endpoint = Endpoint(api_key=KEY, base_url=f"http://user:hunter2@{host}/v1?token=hunter2")
    async with AnthropicModel(endpoint, models=MODELS, prices=load_prices()) as model:
        with pytest.raises(ModelError) as caught:
            await model.ask(a_request(), record=records)
    assert f"http://{host}/v1 " in caught.value.message
    assert "hunter2" not in f"{caught.value.message}{caught.value.next_action}{records}"


@pytest.mark.parametrize("url", ["http://127.0.0.1:80", "http://localhost", "http://[::1]:9", "http://127.8.0.1"])
def test_this_machine_is_known(url: str) -> None:
    assert Endpoint(api_key=KEY, base_url=url).is_loopback


@pytest.mark.parametrize(
    "url",
    [
        "https://api.anthropic.com",
        "http://127.0.0.1.test",
        "http://localhost.test",
        "http://10.0.0.1",
        "http://127.0.0.1@evil.test",
    ],
)
def test_other_machines_are_known(url: str) -> None:
    assert not Endpoint(api_key=KEY, base_url=url).is_loopback


def test_tests_have_no_key_and_may_only_ask_loopback() -> None:
    assert not [name for name in os.environ if name.startswith("ANTHROPIC_")]
    assert Settings().model_loopback_only


async def test_no_test_reaches_a_paid_model() -> None:
    records = Records()
    endpoint = Endpoint(api_key=KEY, base_url="https://api.anthropic.com")
    async with AnthropicModel(endpoint, models=MODELS, prices=load_prices()) as model:
        with pytest.raises(ModelRejectedError, match="DRIVERSMITH_MODEL_LOOPBACK_ONLY") as caught:
            await model.ask(a_request(), record=records)
    assert caught.value.fault == "not_allowed"
    assert records == []


def test_a_password_in_a_url_that_cannot_be_used_is_not_told() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        endpoint_from({"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": "ftp://me:hunter22@models.example"})
    assert "models.example" in caught.value.message
    assert "hunter22" not in caught.value.message
