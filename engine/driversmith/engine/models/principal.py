"""Who asks: everything that is remembered belongs to a principal, and shows to no other one."""

import hashlib
import re
from typing import Self

from pydantic import ConfigDict, RootModel

LONGEST_NAME = 500
"""Characters of a name; a longer one is told by its digest."""


class Principal(RootModel[str]):
    """Somebody whose sessions, diagnoses and metrics are their own. Equal names are the same principal."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    @classmethod
    def of_token(cls, name: str) -> Self:
        """Whoever holds the bearer token of this name."""
        return cls(f"token:{name}")

    @classmethod
    def of_oauth(cls, issuer: str, *, subject: str | None, client_id: str) -> Self:
        """The subject that an issuer's token names; the client where it names none.

        The parts are digested with their lengths, so that no two of them can be spelled alike.
        """
        kind, who = ("subject", subject) if subject else ("client", client_id)
        parts = "".join(f"{len(part)}:{part}" for part in (issuer, kind, who))
        digest = hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()
        return cls(f"oauth:{digest[:32]} {kind} {who}"[:LONGEST_NAME])

    @property
    def name(self) -> str:
        """As the journal keeps it."""
        return self.root

    @property
    def folder(self) -> str:
        """A name for a folder of their own: nobody else's, whatever the file system makes of upper and lower case."""
        readable = re.sub(r"[^a-z0-9]+", "-", self.root.partition(":")[2].lower()).strip("-")[:32]
        return f"{readable}-{hashlib.sha256(self.root.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}".lstrip("-")

    def __hash__(self) -> int:
        return hash(self.root)


LOCAL = Principal("local")
"""The user that the server runs as: over stdio, on the command line, and with the token that is made at start."""
