"""Requests with POST that only read, by the facts of an API."""

from urllib.parse import urlsplit

from ..models.profile import ApiProfile
from ..network.loopback import Request
from ..testing.mock.routes import Routes


class Questions:
    """Tells requests that only read: those of operations with POST that are known to, with all that such an operation fixes
    in path, query, headers and body. A profile without such operations has none."""

    def __init__(self, profile: ApiProfile) -> None:
        asking = [operation for operation in profile.operations.values() if operation.only_reads]
        self._routes = Routes(urlsplit(profile.base_url).path.rstrip("/"), asking) if asking else None

    def __call__(self, request: Request) -> bool:
        """Whether a request is one of them."""
        if self._routes is None:
            return False
        found = self._routes.find(
            request.method, request.path, request.query, headers=request.headers, content=request.body
        )
        return found is not None
