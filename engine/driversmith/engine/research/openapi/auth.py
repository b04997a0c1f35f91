"""Who may call: the schemes of an API, what each operation asks for, and the constructor arguments that follow."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Literal

from ...contract.naming import DriverNames
from ...models.profile import AuthScheme
from ..documents.nodes import Node, is_list, mapping
from ..documents.references import Document, Place
from ..names import ascii_name, unique
from .credentials import with_credentials
from .key_parameters import KeyLikeness
from .security_schemes import key_scheme, security_schemes

Alternatives = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class KeyParameter:
    """A parameter of an operation that is really a key."""

    scheme: str
    likeness: KeyLikeness
    required: bool


class Auth:
    """Collects the schemes of one description while its operations are read."""

    def __init__(self, document: Document) -> None:
        self._notes = document.notes
        self._schemes: dict[str, AuthScheme] = {}
        self._canonical: dict[str, str | None] = {}
        """Name in the description -> name of the scheme that stands for it; None: not supported."""
        for name, scheme in security_schemes(document).items():
            self._canonical[name] = None if scheme is None else self._admit(scheme)
        self._default: object = document.root.get("security")
        self.none_required = True
        """True as long as no operation asked for a scheme."""

    def alternatives(self, operation: Node) -> Alternatives | None:
        """What the description asks of callers of this operation; None where it says nothing."""
        security = operation.get("security", self._default)
        if not is_list(security):
            return None
        found: list[tuple[str, ...]] = []
        incomplete: list[tuple[str, ...]] = []
        for entry in security:
            names = [self._known(name) for name in mapping(entry)]
            alternative = tuple(dict.fromkeys(name for name in names if name))
            (found if None not in names else incomplete).append(alternative)
        alternatives = tuple(dict.fromkeys(found or incomplete))
        if any(alternatives):
            self.none_required = False
        return alternatives

    def key(self, wire_name: str, location: Literal["header", "query", "cookie"], place: Place, words: str) -> str:
        """The scheme of a parameter that is really a key: one that the description defines, or a new one.

        `words` are what is said about the parameter and the operation it was first met at.
        """
        for scheme in self._schemes.values():
            if scheme.location == location and scheme.parameter.lower() == wire_name.lower() and scheme.kind != "basic":
                return scheme.name
        name = unique(wire_name if ascii_name(wire_name) else "key", self._canonical, 80)
        self._canonical[name] = name
        self._schemes[name] = key_scheme(name, wire_name, location, place, words)
        return name

    def owns(self, wire_name: str, location: str) -> bool:
        """Whether a scheme of the description puts its key exactly there."""
        return any(
            scheme.kind == "api_key" and scheme.location == location and scheme.parameter.lower() == wire_name.lower()
            for scheme in self._schemes.values()
        )

    def combined(self, declared: Alternatives | None, keys: Iterable[KeyParameter]) -> Alternatives:
        """The alternatives of an operation with its key parameters worked in."""
        alternatives = declared or ()
        for key in keys:
            if any(key.scheme in alternative for alternative in alternatives):
                continue
            self.none_required = False
            if not any(alternatives):
                alternatives = ((key.scheme,),) if key.required else ((key.scheme,), ())
            elif key.likeness == "token" and self._speaks_bearer(alternatives):
                wire_name = self._schemes[key.scheme].parameter
                self._notes.add(
                    f"The parameter {wire_name[:80]!r} carries the token that the Authorization header carries already."
                )
            elif key.required:
                alternatives = tuple((*alternative, key.scheme) for alternative in alternatives)
            else:
                named = tuple(alternative for alternative in alternatives if alternative)
                together = tuple((*alternative, key.scheme) for alternative in named)
                alternatives = (*together, *named, (key.scheme,), *(((),) if () in alternatives else ()))
        return tuple(dict.fromkeys(way for alternative in alternatives for way in self._separated(alternative)))

    def any_scheme(self) -> Alternatives:
        """Every scheme as an alternative, or none: for an API that defines schemes but never says where they are needed."""
        return (*((name,) for name in self._schemes), ())

    def profiles(self, used: Iterable[Alternatives], names: DriverNames) -> tuple[AuthScheme, ...]:
        """The schemes that these operations use, with the credentials that each needs."""
        return schemes_in_use(self._schemes.values(), used, names)

    def _admit(self, scheme: AuthScheme) -> str:
        """Keep a scheme, unless one that looks the same on the wire is there: both take the same secret."""
        for known in self._schemes.values():
            if _wire(known) == _wire(scheme):
                self._notes.add(
                    f"The security schemes {known.name!r} and {scheme.name!r} are the same on the wire: one credential."
                )
                return known.name
        self._schemes[scheme.name] = scheme
        return scheme.name

    def _known(self, name: str) -> str | None:
        if name not in self._canonical:
            self._notes.add(f"Operations ask for the security scheme {name[:80]!r}, which is not defined.")
            self._canonical[name] = None
        return self._canonical[name]

    def _separated(self, alternative: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
        """The alternative; where two of its schemes are for the same place of a request, one with each of them."""
        places: dict[tuple[str, str], list[str]] = {}
        for name in alternative:
            scheme = self._schemes[name]
            places.setdefault((scheme.location, scheme.parameter.lower()), []).append(name)
        for names in places.values():
            if len(names) > 1:
                self._notes.add(
                    f"Operations ask for {' and '.join(repr(n[:80]) for n in names)} at once, which go to the same place of a"
                    " request: either is sent."
                )
        return product(*places.values())

    def _speaks_bearer(self, alternatives: Alternatives) -> bool:
        return any(
            any(self._schemes[name].prefix == "Bearer " for name in alternative)
            for alternative in alternatives
            if alternative
        )


def schemes_in_use(
    schemes: Iterable[AuthScheme], used: Iterable[Alternatives], names: DriverNames
) -> tuple[AuthScheme, ...]:
    """Those of the schemes that operations with these alternatives use, with the credentials that each needs."""
    in_use: set[str] = set()
    always: set[str] | None = None
    for alternatives in used:
        in_use.update(name for alternative in alternatives for name in alternative)
        common = set[str].intersection(*map(set, alternatives)) if alternatives else set[str]()
        always = common if always is None else always & common
    return with_credentials([s for s in schemes if s.name in in_use], names, always or set())


def _wire(scheme: AuthScheme) -> tuple[object, ...]:
    kind = "value" if scheme.kind in ("api_key", "bearer") else scheme.kind
    return kind, scheme.location, scheme.parameter.lower(), scheme.prefix, scheme.token_url
