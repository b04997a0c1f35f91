"""Names that carry secrets, and values that appear nowhere once they were dropped."""

import base64

import pytest
from driversmith.engine.research.observed.redaction import REDACTED, Secrets, is_secret_name, without_credentials


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "X-Api-Key",
        "api_key",
        "apikey",
        "access_token",
        "accessToken",
        "client_secret",
        "password",
        "sessionid",
        "JSESSIONID",
        "connect.sid",
        "X-Auth-Token",
        "sig",
        "key",
    ],
)
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["page_token", "nextPageToken", "author", "keyword", "sort_key", "csrf_token", "Idempotency-Key", "page", "monkey"],
)
def test_names_that_only_look_like_it_are_none(name: str) -> None:
    assert not is_secret_name(name)


def test_a_dropped_value_is_found_nowhere_however_it_is_spelled() -> None:
    secrets = Secrets()
    secrets.drop("Basic " + base64.b64encode(b"ada:pass/word+1").decode())
    secrets.drop("Bearer abc%2Fdef123")
    made = secrets.scrubbed({"pass/word+1": ["pass%2Fword%2B1", "abc/def123"], "kept": "harbour"})
    assert made == {"x": [REDACTED, REDACTED], "kept": "harbour"}


def test_secrets_in_bodies_are_dropped_by_their_names() -> None:
    secrets = Secrets()
    secrets.drop_members({"user": {"password": "tr0ub4dor&3", "name": "Ada Lovelace"}, "key": "ABC-12"})
    assert secrets.scrubbed(["tr0ub4dor&3", "Ada Lovelace", "ABC-12"]) == [REDACTED, "Ada Lovelace", "ABC-12"]


@pytest.mark.parametrize(
    "prose",
    ["Send Bearer abcdefgh12345678", "The password: hunter2", "api key = x9y8", "Use eyJhbGciOiJIUzI1NiJ9.e30.abc"],
)
def test_prose_that_shows_a_credential_shows_it_no_longer(prose: str) -> None:
    assert REDACTED in without_credentials(prose)


def test_other_prose_stays_as_it_is() -> None:
    prose = "Lists all ships of the harbour, newest first; see https://example.com/docs/ships."
    assert without_credentials(prose) == prose
