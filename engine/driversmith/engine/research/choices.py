"""What only the user knows of an API: which of its servers is meant, and which of several ways to authenticate."""

from urllib.parse import urlsplit

from ..errors import InvalidArgumentError
from ..models.choices import Choice
from ..models.profile import ApiProfile, OperationProfile
from ..network.addresses import same_api
from .documents.parse import Description
from .openapi.servers import own_servers, resolved

MOST_OPTIONS = 12


def server_options(description: Description, api_url: str) -> tuple[str, ...]:
    """The absolute URLs of a description's servers, variables filled in each of their ways."""
    home = description.location if urlsplit(description.location).scheme in ("http", "https") else api_url
    found = dict.fromkeys(url for server in own_servers(description) if (url := resolved(server.url, home)))
    return tuple(found)[:MOST_OPTIONS]


def chosen_server(server: str, options: tuple[str, ...]) -> str:
    """The one of the servers that is meant.

    Raises:
        InvalidArgumentError: it is none of them; the message lists them.
    """
    meant = next((url for url in options if url == server.strip().rstrip("/")), None)
    if meant is None:
        raise InvalidArgumentError(
            f"server {server[:200]!r} is none of the description's servers ({', '.join(options) or 'it names none'}).",
            next_action="Give one of these as server, or leave it out and give the API's own URL as api_url.",
        )
    return meant


def with_auth(profile: ApiProfile, auth: str) -> ApiProfile:
    """The profile with one scheme where operations have the choice.

    Raises:
        InvalidArgumentError: the API has no such scheme; the message lists those that it has.
    """
    names = [scheme.name for scheme in profile.auth]
    if auth not in names:
        raise InvalidArgumentError(
            f"auth {auth[:100]!r} is none of the API's schemes ({', '.join(names) or 'it has none'}).",
            next_action="Give one of these as auth, or leave it out.",
        )
    operations = {name: _by(operation, auth) for name, operation in profile.operations.items()}
    used = {auth, *(name for o in operations.values() for together in o.security for name in together)}
    schemes = tuple(scheme for scheme in profile.auth if scheme.name in used)
    return profile.model_copy(update={"operations": operations, "auth": schemes})


def _by(operation: OperationProfile, auth: str) -> OperationProfile:
    kept = tuple(together for together in operation.security if auth in together)
    return operation.model_copy(update={"security": kept}) if kept else operation


def open_choices(
    profile: ApiProfile, *, api_url: str, servers: tuple[str, ...], server: str | None, auth: str | None
) -> tuple[Choice, ...]:
    """What is taken although only the user knows it: a server, where the API's URL tells none of several; a scheme, where
    operations can be asked by several."""
    found: list[Choice] = []
    if server is None and len(servers) > 1 and _is_open(profile, api_url, servers):
        found.append(
            Choice(
                argument="server",
                question=f"{profile.api_name} is described at {len(servers)} servers. Which one is the driver for?",
                options=servers,
                taken=profile.base_url,
            )
        )
    schemes = dict.fromkeys(
        together[0]
        for operation in profile.operations.values()
        if len([alternative for alternative in operation.security if alternative]) > 1
        for together in operation.security
        if len(together) == 1
    )
    if auth is None and len(schemes) > 1:
        found.append(
            Choice(
                argument="auth",
                question=f"{profile.api_name} can be asked by {len(schemes)} schemes. By which one will you authenticate?",
                options=tuple(schemes)[:MOST_OPTIONS],
            )
        )
    return tuple(found)


def _is_open(profile: ApiProfile, api_url: str, servers: tuple[str, ...]) -> bool:
    """Whether what was typed tells no server: it is the description's own place, or another host, or the host of several."""
    typed = api_url.partition("?")[0].rstrip("/")
    if typed == profile.base_url:
        return False
    if typed == profile.source.location.rstrip("/") or not same_api(profile.base_url, typed):
        return True
    return sum(same_api(url, typed) for url in servers) > 1
