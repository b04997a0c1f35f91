"""Which addresses may be reached, by default and when a person allows more."""

import pytest
from driversmith.engine.errors import AddressRefusedError, FetchError
from driversmith.engine.network.addresses import AddressPolicy, host_port, origin_of, typed_pair

LOCAL = [
    "127.0.0.1",
    "127.9.9.9",
    "::1",
    "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
    "::",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.3.4",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd12:3456::1",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "ff02::1",
    "ff0e::1",
    "240.0.0.1",
    "255.255.255.255",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::192.168.0.1",
    "64:ff9b:1::808:808",
    "2001:0:808:808:0:0:80ff:fffe",  # Teredo to 127.0.0.1
    "2606:4700::5efe:127.0.0.1",  # ISATAP
]
PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
    "192.0.1.1",
    "100.63.255.255",
    "100.128.0.1",
]
METADATA = [
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "fd00:ec2::254",
    "fd20:ce::254",
    "::ffff:169.254.169.254",
    "2002:a9fe:a9fe::1",
    "64:ff9b::a9fe:a9fe",
    "::169.254.169.254",
]


@pytest.mark.parametrize("address", LOCAL)
def test_a_local_address_is_refused_whatever_name_led_to_it(address: str) -> None:
    with pytest.raises(AddressRefusedError) as caught:
        AddressPolicy().check_address("api.example.com", 443, address)
    assert "api.example.com:443" in caught.value.message
    assert "DRIVERSMITH_ALLOW_LOCAL=api.example.com:443" in caught.value.next_action


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_reached(address: str) -> None:
    AddressPolicy().check_address("api.example.com", 443, address)


@pytest.mark.parametrize("address", LOCAL)
def test_allow_local_opens_every_local_address(address: str) -> None:
    AddressPolicy(allow_local=True).check_address("api.example.com", 443, address)


@pytest.mark.parametrize("address", METADATA)
@pytest.mark.parametrize("allow", [True, frozenset({"api.example.com:80", "169.254.169.254:80"})])
def test_a_metadata_address_is_never_reached(address: str, allow: bool | frozenset[str]) -> None:
    policy = AddressPolicy(allow_local=allow, typed=frozenset({"api.example.com:80"}))
    with pytest.raises(AddressRefusedError, match="metadata"):
        policy.check_address("api.example.com", 80, address)


@pytest.mark.parametrize("name", ["metadata.google.internal", "METADATA.google.internal.", "metadata.goog"])
def test_a_metadata_name_is_never_looked_up(name: str) -> None:
    with pytest.raises(AddressRefusedError, match="metadata"):
        AddressPolicy(allow_local=True).check_url(f"http://{name}/computeMetadata/v1/")


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "localhost.", "api.localhost", "ip6-localhost"])
def test_names_of_this_machine_are_refused_before_any_look_up(name: str) -> None:
    with pytest.raises(AddressRefusedError, match="name of this machine"):
        AddressPolicy().check_url(f"http://{name}:8000/")


@pytest.mark.parametrize(
    ("pair", "host", "address"),
    [
        ("localhost:8000", "localhost", "127.0.0.1"),
        ("localhost:8000", "LOCALHOST.", "::1"),
        ("localhost:8000", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1:8000", "localhost", "::1"),
        ("[::1]:8000", "::1", "::1"),
        ("127.0.0.1:8000", "2130706433", "127.0.0.1"),
        ("10.0.0.7:8000", "10.0.0.7", "10.0.0.7"),
        ("box.localhost:8000", "box.localhost", "127.0.0.1"),
    ],
)
def test_a_host_and_port_can_be_allowed_by_itself(pair: str, host: str, address: str) -> None:
    for policy in (AddressPolicy(allow_local=frozenset({pair})), AddressPolicy(typed=frozenset({pair}))):
        policy.check_name(host, 8000)
        policy.check_address(host, 8000, address)
        with pytest.raises(AddressRefusedError):
            policy.check_address(host, 8001, address)


@pytest.mark.parametrize("address", ["10.0.0.7", "127.0.0.1", "::1", "fd00::1"])
@pytest.mark.parametrize("name", ["intranet.example", "printer", "xn--caf-dma.example", "1.2.3.4.nip.io"])
def test_a_name_that_was_typed_is_no_leave_to_reach_inside(name: str, address: str) -> None:
    pair = f"{name}:8000"
    typed = AddressPolicy(typed=frozenset({pair}))
    typed.check_address(name, 8000, "93.184.216.34")
    with pytest.raises(AddressRefusedError, match="--allow-local"):
        typed.check_address(name, 8000, address)
    AddressPolicy(allow_local=frozenset({pair})).check_address(name, 8000, address)
    AddressPolicy(allow_local=True, typed=frozenset({pair})).check_address(name, 8000, address)


def test_a_typed_name_below_localhost_means_this_machine_alone() -> None:
    with pytest.raises(AddressRefusedError):
        AddressPolicy(typed=frozenset({"box.localhost:8000"})).check_address("box.localhost", 8000, "10.0.0.7")


@pytest.mark.parametrize("pair", ["127.0.0.1:8000", "localhost:8000", "10.0.0.7:8000"])
def test_an_allowed_address_does_not_open_it_to_other_names(pair: str) -> None:
    policy = AddressPolicy(allow_local=frozenset({pair}))
    for address in ("127.0.0.1", "10.0.0.7"):
        with pytest.raises(AddressRefusedError):
            policy.check_address("rebound.example.com", 8000, address)


def test_allowing_localhost_does_not_allow_a_private_address_behind_that_name() -> None:
    with pytest.raises(AddressRefusedError):
        AddressPolicy(allow_local=frozenset({"localhost:80"})).check_address("localhost", 80, "10.0.0.7")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "petstore.json",
        "//api.example.com/",
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://127.0.0.1:70/",
        "http://",
        "http:///path",
        "http://user:secret@example.com/",
        "http://user@example.com/",
        "http://example.com:0/",
        "http://example.com:70000/",
        "http://[fe80::1%25eth0]/",
        "http://exa mple.com/",
        "http://[::1/",
        "https://example.com\x00/",
    ],
)
def test_only_plain_http_and_https_urls_are_read(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        AddressPolicy(allow_local=True).check_url(url)
    assert caught.value.code == "invalid_argument"
    assert "secret" not in str(caught.value)


def test_a_refused_url_shows_no_query() -> None:
    with pytest.raises(FetchError) as caught:
        AddressPolicy().check_url("ftp://example.com/?api_key=hunter2")
    assert "hunter2" not in str(caught.value)


def test_pairs_are_spelled_one_way() -> None:
    assert host_port("API.Example.com.", 443) == "api.example.com:443"
    assert host_port("::1", 80) == "[::1]:80"
    assert typed_pair("https://Api.Example.com/v1?x=1") == "api.example.com:443"
    assert typed_pair("http://[::1]:8000/") == "[::1]:8000"


def test_origins_have_one_spelling() -> None:
    assert origin_of("https://API.example.com:443/v1?x#y") == "https://api.example.com"
    assert origin_of("http://[::1]:8000/") == "http://[::1]:8000"
    assert origin_of("http://example.com:8080") == "http://example.com:8080"
