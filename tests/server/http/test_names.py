"""The names by which a server may be called."""

import pytest
from driversmith.server.http.names import LOCAL_NAMES, Names

NAMES = Names([*LOCAL_NAMES, "drivers.example", "with.port.example:8443"])


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:80", "127.0.0.1:65535", "[::1]", "[::1]:1", "drivers.example", "with.port.example:8443"],
)
def test_its_own_names_are_known(host: str) -> None:
    assert NAMES.knows(host)
    assert NAMES.knows_origin(f"http://{host}") and NAMES.knows_origin(f"HTTPS://{host}")


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "xlocalhost",
        "127.0.0.1@evil.example",
        "127.0.0.1:80@evil.example",
        "user@127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:123456",
        "127.0.0.1:80:80",
        "127.0.0.1/",
        "127.0.0.1?",
        "127.0.0.1 ",
        "127.0.0.1\n",
        "[::1",
        "::1",
        "with.port.example",
        "with.port.example:80",
        "\uff4cocalhost",
    ],
)
def test_others_are_not(host: str) -> None:
    assert not NAMES.knows(host)
    assert not NAMES.knows_origin(f"http://{host}")


@pytest.mark.parametrize("origin", ["null", "", "localhost", "file://localhost", "ws://localhost", "http:/localhost"])
def test_an_origin_has_a_scheme_of_the_web(origin: str) -> None:
    assert not NAMES.knows_origin(origin)


@pytest.mark.parametrize("place", ["http://drivers.example", "user@drivers.example", "*", "a b", "x:y"])
def test_what_is_no_name_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match="HOST"):
        Names([place])


def test_the_sdk_is_given_the_same_names() -> None:
    patterns = set(NAMES.patterns())
    assert {"localhost", "localhost:*", "drivers.example:*", "with.port.example:8443"} <= patterns
    assert "with.port.example:*" not in patterns
