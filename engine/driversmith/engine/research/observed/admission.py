"""How an API is asked so that it lets in: without a credential first, then with the user's, in the spellings that its refusal
suggests."""

from collections.abc import Awaitable, Callable

from ...facts.detectors.credentials import is_refusal
from ...models.profile import AuthScheme
from ...network.asking import Asked
from ...network.credentials import OriginCredentials
from ..openapi.servers import origin
from .ways_in import MOST_PASSWORDS, MOST_SPELLINGS, ways_in

Put = Callable[[str, tuple[AuthScheme, ...] | None], Awaitable[Asked | None]]
"""Asks a URL by these schemes, as `ApiAsker.ask` does; None where no more may be asked."""


def refuses(asked: Asked) -> bool:
    """Whether an answer is a refusal by its status."""
    return is_refusal(asked.answer)


class Admission:
    """What one API lets in by; learnt at its first refusal."""

    def __init__(
        self, put: Put, credentials: OriginCredentials | None, is_refused: Callable[[Asked], bool] = refuses
    ) -> None:
        """`is_refused` tells refusals where that is not done by the answer's status."""
        self._put = put
        self._is_refused = is_refused
        self._given = credentials
        self._spellings = 0
        self.auth: tuple[AuthScheme, ...] | None = None
        """What the API is asked by from now on, as `ApiAsker.ask` takes it."""
        self.schemes: dict[str, AuthScheme] = {}
        self.refused: Asked | None = None
        """The first answer that stayed a refusal."""

    async def settled(self, asked: Asked) -> Asked | None:
        """The answer once the API lets in; None where it does not."""
        if not self._is_refused(asked):
            return asked
        if self.auth is None and (again := await self._authenticated(asked)) is not None:
            return again
        self.refused = self.refused or asked
        return None

    async def _authenticated(self, refused: Asked) -> Asked | None:
        """The same with a credential of the user's, in one of the spellings that the refusal suggests."""
        for way in ways_in(refused, self._given, origin(refused.url)) if self._given is not None else ():
            if way.auth:
                most = MOST_PASSWORDS if any(s.kind == "basic" for s in way.auth) else MOST_SPELLINGS
                if self._spellings >= most:
                    break
                self._spellings += 1
            asked = await self._put(refused.url, way.auth)
            if asked is not None and not self._is_refused(asked):
                self.auth = way.auth
                self.schemes |= {scheme.name: scheme for scheme in way.schemes}
                return asked
        return None
