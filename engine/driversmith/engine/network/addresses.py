"""Which addresses a URL may reach (DESIGN section 7): decided on the address that is connected to, not on its spelling."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from ..errors import AddressRefusedError, FetchError
from ..settings import Settings

if TYPE_CHECKING:
    import httpx2

IPAddress = IPv4Address | IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}

_METADATA_NETWORKS = tuple(
    ip_network(n)
    for n in (
        "169.254.169.0/24",  # AWS, Google Cloud, Azure, OpenStack, Oracle, DigitalOcean
        "169.254.170.0/24",  # AWS container and pod credentials
        "169.254.0.23/32",  # Tencent
        "100.100.100.200/32",  # Alibaba
        "168.63.129.16/32",  # Azure
        "192.0.0.192/32",  # Oracle classic
        "fd00:ec2::/32",  # AWS
        "fd20:ce::/32",  # Google Cloud
        "fe80::a9fe:a9fe/128",  # OpenStack
    )
)
_METADATA_NAMES = frozenset(
    {
        "metadata",
        "metadata.google.internal",
        "metadata.goog",
        "metadata.azure.internal",
        "metadata.azure.com",
        "metadata.tencentyun.com",
        "instance-data",
        "instance-data.ec2.internal",
    }
)
_LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "localhost6", "ip6-localhost", "ip6-loopback"})
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
_IPV4_COMPATIBLE = IPv6Network("::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)
_KINDS = (  # where releases of Python's ipaddress differ
    ("100.64.0.0/10", "in the shared range of carriers"),
    ("192.0.0.0/24", "reserved"),
    ("192.88.99.0/24", "a relay address"),
    ("fec0::/10", "private"),
    ("64:ff9b:1::/48", "private"),
)


@dataclass(frozen=True)
class AddressPolicy:
    """Public addresses are allowed, local ones only where a person said so, cloud metadata addresses never.

    `allow_local` is False, True, or host:port pairs; `typed` are the host:port pairs of URLs that a person typed
    on the command line. An address that was typed, or a name that always means this machine, says where it leads; any other
    name leads where whoever owns it wants, so that typing it is no leave to reach inside: that takes `allow_local`.
    """

    allow_local: bool | frozenset[str] = False
    typed: frozenset[str] = frozenset()

    def check_url(self, url: str) -> "httpx2.URL":
        """The URL as it will be requested, if its scheme, host name and port may be used; addresses are checked at connect time.

        Raises:
            FetchError: not an http or https URL with a host and without user name and password.
            AddressRefusedError: the name itself is local (and not allowed) or names a metadata service.
        """
        parsed = parse_url(url)
        self.check_name(parsed.host, port_of(parsed))
        return parsed

    def check_name(self, host: str, port: int) -> None:
        """Refuse names that are local or of a metadata service, before anything is resolved.

        Raises:
            AddressRefusedError: see above.
        """
        name = _bare(host)
        if name in _METADATA_NAMES:
            raise _metadata_refused(host)
        if (name in _LOCAL_NAMES or name.endswith(".localhost")) and not self._allows(host, port, None):
            raise _local_refused(host, port, "a name of this machine")

    def check_address(self, host: str, port: int, address: str) -> None:
        """Decide on one resolved address of `host`.

        Raises:
            AddressRefusedError: it is a metadata address, or a local one that is not allowed.
        """
        ip = ip_address(address.partition("%")[0])
        forms = (ip, *_embedded(ip))
        if any(_is_metadata(form) for form in forms):
            raise _metadata_refused(host, ip)
        for form in forms:
            if (kind := _local_kind(form)) and not self._allows(host, port, ip):
                raise _local_refused(host, port, kind, ip)

    def _allows(self, host: str, port: int, ip: IPAddress | None) -> bool:
        if self.allow_local is True:
            return True
        typed = {pair for pair in self.typed if _says_where(pair.rpartition(":")[0])}
        return any(_same_place(pair, host, port, ip) for pair in typed | (self.allow_local or frozenset()))


def parse_url(url: str) -> "httpx2.URL":
    """An absolute http or https URL, as the HTTP client itself reads it.

    Raises:
        FetchError: it is anything else, or holds a user name, a zone id or a port outside 1..65535.
    """
    import httpx2

    try:
        parsed = httpx2.URL(url.strip())
    except (httpx2.InvalidURL, ValueError) as exc:
        raise _bad_url(url, f"it is not a URL ({exc})") from exc
    if parsed.scheme not in DEFAULT_PORTS:
        raise _bad_url(url, f"its scheme is {parsed.scheme!r}" if parsed.scheme else "it has no scheme")
    if not parsed.host:
        raise _bad_url(url, "it names no host")
    if parsed.userinfo:
        raise _bad_url(
            f"{parsed.scheme}://...@{host_port(parsed.host, port_of(parsed))}",
            "it holds a user name or password",
            "Leave them out; credentials belong into credentials.toml (`driversmith credentials set`).",
        )
    if "%" in parsed.host:
        raise _bad_url(url, "its host holds a % (zone ids and escapes are not used)")
    if not 1 <= port_of(parsed) <= 65535:
        raise _bad_url(url, "its port is not between 1 and 65535")
    return parsed


def port_of(url: "httpx2.URL") -> int:
    """The port that the URL connects to."""
    return DEFAULT_PORTS.get(url.scheme, 0) if url.port is None else url.port


def host_port(host: str, port: int) -> str:
    """The spelling of `AddressPolicy`'s pairs: `example.com:443`, `[::1]:8000`."""
    name = _bare(host)
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def origin_of(url: "str | httpx2.URL") -> str:
    """The origin of a URL in one spelling: lower case, no default port, no path.

    Raises:
        FetchError: it is not an http or https URL.
    """
    parsed = parse_url(str(url))
    pair = host_port(parsed.host, port_of(parsed))
    return f"{parsed.scheme}://{pair.removesuffix(f':{DEFAULT_PORTS[parsed.scheme]}')}"


def typed_pair(url: str) -> str:
    """The host:port pair of a URL that a person typed.

    Raises:
        FetchError: it is not an http or https URL.
    """
    parsed = parse_url(url)
    return host_port(parsed.host, port_of(parsed))


def _same_place(pair: str, host: str, port: int, ip: IPAddress | None) -> bool:
    """Whether an allowed pair means this host and port; a name never stands for other names with the same address."""
    allowed, _, allowed_port = pair.rpartition(":")
    if allowed_port != str(port):
        return False
    allowed, name = _bare(allowed), _bare(host)
    if _means_this_machine(name):
        return (ip is None or ip.is_loopback) and (allowed == name or _means_this_machine(allowed))
    if allowed == name:
        return ip is None or ip.is_loopback or not name.endswith(".localhost")
    return ip is not None and allowed == str(ip) and _is_numeric(name)


def _says_where(host: str) -> bool:
    """Whether a host is an address, or a name that means this machine, and no name that is looked up."""
    name = _bare(host)
    return _is_numeric(name) or name in _LOCAL_NAMES or name.endswith(".localhost")


def _bare(host: str) -> str:
    return host.strip().strip("[]").rstrip(".").lower()


def _means_this_machine(name: str) -> bool:
    if name in _LOCAL_NAMES:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _is_numeric(name: str) -> bool:
    """Whether a host is an address in some spelling (`2130706433`, `0x7f.1`), not a name that DNS maps somewhere."""
    return ":" in name or all(part.isdigit() or part.startswith("0x") for part in name.split("."))


def _embedded(ip: IPAddress) -> tuple[IPv4Address, ...]:
    """IPv4 addresses that traffic to this IPv6 address really goes to."""
    if isinstance(ip, IPv4Address):
        return ()
    found: list[IPv4Address] = []
    if ip.ipv4_mapped:
        found.append(ip.ipv4_mapped)
    if ip.sixtofour:
        found.append(ip.sixtofour)
    if ip.teredo:
        found.extend(ip.teredo)
    low = int(ip) & 0xFFFFFFFF
    if ip in _NAT64 or ip in _NAT64_LOCAL or (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP:
        found.append(IPv4Address(low))
    if ip in _IPV4_COMPATIBLE and low > 1:
        found.append(IPv4Address(low))
    return tuple(found)


def _is_metadata(ip: IPAddress) -> bool:
    return any(ip in network for network in _METADATA_NETWORKS)


def _local_kind(ip: IPAddress) -> str | None:
    """What makes an address local, in words; None for a public one."""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        return None  # decided on the IPv4 address inside
    for network, kind in _KINDS:
        if ip in ip_network(network):
            return kind
    for holds, kind in (
        (ip.is_unspecified, "the unspecified address"),
        (ip.is_loopback, "a loopback address"),
        (ip.is_link_local, "link-local"),
        (ip.is_multicast, "multicast"),
        (ip.is_private and not _tunnel(ip), "private"),
        (ip.is_reserved and not _tunnel(ip), "reserved"),
        (not ip.is_global and not _tunnel(ip), "not public"),
    ):
        if holds:
            return kind
    return None


def _tunnel(ip: IPAddress) -> bool:
    """Ranges that the registry calls special but that only carry IPv4 addresses, which are decided on by themselves."""
    return isinstance(ip, IPv6Address) and bool(ip.sixtofour or ip.teredo or ip in _NAT64)


def _bad_url(url: str, why: str, next_action: str = "") -> FetchError:
    shown = url if len(url) <= 200 else url[:200] + "..."
    return FetchError(
        f"The URL {shown.partition('?')[0]!r} cannot be read: {why}.",
        code="invalid_argument",
        next_action=next_action or "Give an http or https URL such as https://api.example.com/openapi.json.",
    )


def _metadata_refused(host: str, ip: IPAddress | None = None) -> AddressRefusedError:
    where = host if ip is None or str(ip) == _bare(host) else f"{host} ({ip})"
    return AddressRefusedError(
        f"{where} is the address of a cloud metadata service, which is never read.",
        next_action="Give the URL of the API itself.",
    )


def _local_refused(host: str, port: int, kind: str, ip: IPAddress | None = None) -> AddressRefusedError:
    pair = host_port(host, port)
    where = pair if ip is None or str(ip) == _bare(host) else f"{pair} ({ip})"
    return AddressRefusedError(
        f"{where} is {kind}; local and private addresses are refused unless allowed.",
        next_action=(
            f"If this API is yours to use, set DRIVERSMITH_ALLOW_LOCAL={pair} for the server, "
            "or run `driversmith generate` on the command line, where an address that is typed, or localhost, is allowed"
            " (--allow-local for names that lead inside)."
        ),
    )


def address_policy(settings: Settings, typed: tuple[str, ...]) -> AddressPolicy:
    """Which addresses may be reached: by the settings, and `typed` by a person on the command line."""
    return AddressPolicy(allow_local=settings.allow_local, typed=frozenset(typed))


def same_api(base_url: str, typed: str) -> bool:
    """Whether an API lives where somebody typed that it does: at that origin, or by https at the same host where http was typed."""
    if origin_of(base_url) == origin_of(typed):
        return True
    found, asked = parse_url(base_url), parse_url(typed)
    return (found.host, found.scheme, asked.scheme) == (asked.host, "https", "http")
