"""Credentials that go somewhere else than described, or that no description mentions."""

import re
from collections.abc import Iterator

from pydantic import JsonValue

from ...models.facts import Correction
from ...models.profile import AuthScheme
from ..answer import Answer
from ..catalogue import address
from ..complaints import sentences
from .case import Case, Given
from .limits import is_limit

MOST = 4
"""Spellings of a credential that are tried."""
Spelling = dict[str, str]
"""location, parameter and prefix of a scheme."""

_HEADER = re.compile(
    r"(?<![\w-])((?:x-)?[a-z]+(?:-[a-z]+)*-(?:key|token|auth|secret)|x-auth(?:orization)?|api-?key(?= header)|x-token)(?![\w-])",
    re.IGNORECASE,
)
_AUTHORIZATION = re.compile(
    r"authorization(?: header)?\W{1,12}(?:header )?(?:is |must be |as |of |set to )?[\"'`]?(bearer|token|apikey|api-key|key|jwt)\b[\s=:]",
    re.IGNORECASE,
)
_QUERY = re.compile(
    r"[?&]([a-z_-]{0,20}(?:key|token|appid|auth)[a-z_]{0,10})=|"
    r"query (?:string )?(?:parameter |param )[\"'`]?([a-z_-]{0,20}(?:key|token|appid)[a-z_]{0,10})\b|"
    r"[\"'`]([a-z_-]{0,20}(?:key|token|appid)[a-z_]{0,10})[\"'`] (?:query|url|parameter|param)|"
    r"\bparameter:? [\"'`]?([a-z_-]{0,20}(?:key|token|appid)[a-z_]{0,10})\b|"
    r"\b([a-z]+_?key|token|appid|access_token) (?:query |url |request )?param",
    re.IGNORECASE,
)
_NEVER = frozenset({"basic", "digest", "negotiate", "ntlm", "kerberos", "mutual", "hoba", "scram-sha-256"})
"""Schemes of a challenge that a key before which a word stands does not meet."""
_MISSING_KEY = re.compile(
    r"(api.?key|access.?token|auth\w*|credentials?|\btoken\b).{0,60}(missing|required|invalid|not (given|provided|found|valid))|"
    r"(missing|required|invalid|no|without|provide).{0,40}(api.?key|access.?token|credentials?|authentication|\btoken\b)",
    re.IGNORECASE,
)
_PROSE = 4_000
_BASIC: JsonValue = {"kind": "basic", "location": "header", "parameter": "Authorization", "prefix": ""}
_USUAL: tuple[Spelling, ...] = (
    {"location": "header", "parameter": "Authorization", "prefix": "Bearer "},
    {"location": "header", "parameter": "X-API-Key", "prefix": ""},
    {"location": "header", "parameter": "Authorization", "prefix": "Token "},
    {"location": "query", "parameter": "api_key", "prefix": ""},
)


def otherwise_authenticated(case: Case) -> list[Correction]:
    """Where a key could go that is refused: as the challenge says, as the answer's words say, as the description's prose
    says, then as it is usual."""
    refused = next((answer for answer in case.answers if is_refusal(answer)), None)
    if refused is None or len(case.answers) != 1 or (case.given is not None and not case.given.arguments):
        return []
    scheme = _scheme(case)
    if scheme is None and (case.operation.security or case.given is None or not _key(case.given)):
        return []
    if found := _as_basic(case, refused, scheme):
        return found
    spellings = [*_told(refused), *_prose(case, scheme), *_USUAL]
    distinct = [
        s for n, s in enumerate(spellings) if _bare(s) not in map(_bare, spellings[:n]) and not _is_now(scheme, s)
    ]
    name = scheme.name if scheme else _key(case.given)
    return [
        Correction(
            fact=address("auth", name),
            value={
                "kind": "bearer" if name == "token" and not scheme and _is_bearer(spelling) else "api_key",
                **spelling,
            },
            because=f"The API refuses the credential as described; it may want it in the {spelling['location']}"
            f" {spelling['parameter']}.",
        )
        for spelling in distinct[:MOST]
    ]


def credential_of_user(case: Case) -> list[Correction]:
    """A header or query parameter that the user gave as it goes on the wire, and that no scheme of the API takes: it is a
    credential of the driver, too, where the API refuses what comes without it."""
    if case.given is None or case.first is None or case.operation.security:
        return []
    taken = {(scheme.location, scheme.parameter.lower()) for scheme in case.profile.auth}
    wire = [("header", name, prefix) for name, prefix in case.given.headers.items()]
    wire += [("query", name, "") for name in sorted(case.given.query)]
    return [
        Correction(
            fact=address("auth", name),
            value={"kind": "api_key", "location": location, "parameter": name, "prefix": prefix},
            because=f"{case.operation.signature} is refused without the {location} {name} of the user's credentials.",
        )
        for location, name, prefix in wire
        if (location, name.lower()) not in taken
    ][:1]


def told_by_refusal(case: Case) -> Correction | None:
    """The credential that a refusal asks for in so many words, by its challenge or its text, where no description names any and
    the user gave none: no read can show that it is right, yet the driver can take it, and can do without."""
    refused = next((answer for answer in case.answers if is_refusal(answer)), None)
    has_given = case.given is not None and not case.given.is_empty
    if refused is None or has_given or case.profile.auth or case.operation.security:
        return None
    because = f"{case.operation.signature} is refused without a credential, and says how it is sent."
    if [challenge.lower() for challenge in _challenges(refused)[:1]] == ["basic"]:
        return Correction(fact=address("auth", "basic"), value=_BASIC, because=because)
    spelling = next(_told(refused), None)
    if spelling is None:
        return None
    kind = "bearer" if _is_bearer(spelling) else "api_key"
    return Correction(fact=address("auth", kind), value={"kind": kind, **spelling}, because=because)


def _is_bearer(spelling: Spelling) -> bool:
    return (spelling["parameter"].lower(), spelling["prefix"]) == ("authorization", "Bearer ")


def _as_basic(case: Case, refused: Answer, scheme: AuthScheme | None) -> list[Correction]:
    """A name and a password, where the API challenges for them and the user gave them."""
    asked = any(challenge.lower() == "basic" for challenge in _challenges(refused))
    if not asked or case.given is None or "username" not in case.given.arguments:
        return []
    because = f"{case.operation.signature} asks for a name and a password (WWW-Authenticate: Basic)."
    return [Correction(fact=address("auth", scheme.name if scheme else "basic"), value=_BASIC, because=because)]


def told_challenge(case: Case) -> str:
    """The challenge of a refusal (`Digest`, `Basic`), "" where there is none."""
    refused = next((answer for answer in case.answers if answer.status == 401), None)
    return next(iter(_challenges(refused)), "") if refused else ""


def is_refusal(answer: Answer) -> bool:
    """Whether an answer refuses whoever asks: by its status, or by words on a missing key."""
    if answer.status in (401, 403):
        return not is_limit(answer)
    return answer.status in (400, 422) and any(_MISSING_KEY.search(text) for text in sentences(answer.body))


def _scheme(case: Case) -> AuthScheme | None:
    """The scheme that the operation uses and whose place can be corrected."""
    used = {name for alternative in case.operation.security for name in alternative}
    return next((s for s in case.profile.auth if s.name in used and s.kind in ("api_key", "bearer")), None)


def _key(given: Given | None) -> str:
    """The name of a key that the user gave; "" where there is none."""
    names = given.arguments if given else frozenset[str]()
    return next((name for name in ("api_key", "token", *sorted(names)) if name in names), "")


def _told(answer: Answer) -> Iterator[Spelling]:
    for challenge in _challenges(answer):
        if challenge.lower() not in _NEVER:
            yield _authorization(challenge)
    for text in sentences(answer.body):
        yield from _spoken(text)


def _prose(case: Case, scheme: AuthScheme | None) -> Iterator[Spelling]:
    for text in (scheme.description if scheme else "", case.profile.description, case.operation.description):
        yield from _spoken(text[:_PROSE])


def _spoken(text: str) -> Iterator[Spelling]:
    """The places that a sentence names."""
    for word in _AUTHORIZATION.findall(text):
        yield _authorization(word)
    for name in _HEADER.findall(text):
        yield {"location": "header", "parameter": name, "prefix": ""}
    for groups in _QUERY.findall(text):
        name = next(group for group in groups if group)
        yield {"location": "query", "parameter": name, "prefix": ""}


def _authorization(word: str) -> Spelling:
    """A key in the header Authorization, after this word as it is usually written."""
    usual = {"bearer": "Bearer", "token": "Token", "apikey": "ApiKey"}.get(word.lower(), word)
    return {"location": "header", "parameter": "Authorization", "prefix": f"{usual} "}


def _challenges(answer: Answer) -> list[str]:
    """The schemes of WWW-Authenticate, in order: a word that no `=` follows."""
    header = answer.headers.get("www-authenticate", "")[:2_000]
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', header)
    return re.findall(r"(?:^|,)\s*([A-Za-z][\w-]{0,30})(?=\s*(?:$|,|\s[^=\s,]+\s*=|\s\S))(?!\s*=)", bare)[:4]


def _bare(spelling: Spelling) -> tuple[str, str, str]:
    return spelling["location"], spelling["parameter"].lower(), spelling["prefix"]


def _is_now(scheme: AuthScheme | None, spelling: Spelling) -> bool:
    return scheme is not None and (scheme.location, scheme.parameter.lower(), scheme.sent_prefix) == _bare(spelling)
