"""A few polite GETs to an API: counted, bounded, with credentials for its origin alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from driversmith.engine.errors import FetchError
from driversmith.engine.models.profile import AuthScheme, Credential, Evidence
from driversmith.engine.network.asking import ApiAsker
from driversmith.engine.network.credentials import OriginCredentials

URL = "https://api.test"


@dataclass
class Page:
    url: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content: bytes = b'{"a": 1}'


@dataclass
class Web:
    """Remembers what went out; redirects or fails where told."""

    to: str = ""
    error: FetchError | None = None
    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list[tuple[str, dict[str, str]]])

    async def get(self, url: str, *, max_bytes: int, headers: Mapping[str, str] | None = None) -> Page:
        self.sent.append((url, dict(headers or {})))
        if self.error:
            raise self.error
        return Page(self.to or url)


def scheme(kind: Any, **more: Any) -> AuthScheme:
    names = {"basic": ("username", "password"), "bearer": ("token",)}.get(kind, ("api_key",))
    credentials = tuple(Credential(argument=name, env="", scheme="s") for name in names)
    return AuthScheme(name="s", kind=kind, credentials=credentials, evidence=Evidence(pointer="#"), **more)


def asker(web: Web, **arguments: str) -> ApiAsker:
    return ApiAsker(web, origin=URL, most=3, credentials=OriginCredentials(origin=URL, arguments=arguments))


async def test_requests_are_counted_before_they_go_out_and_end() -> None:
    spent: list[int] = []

    async def spend(number: int) -> None:
        spent.append(number)

    web = Web()
    api = ApiAsker(web, origin=URL, most=5, spend=spend, room=lambda: 2 - len(spent))
    answers = [await api.ask(f"{URL}/{n}") for n in range(4)]
    assert [answer is not None for answer in answers] == [True, True, False, False]
    assert (spent, len(web.sent), api.left) == ([1, 1], 2, 0)


async def test_other_origins_are_not_asked() -> None:
    web = Web()
    assert await asker(web).ask("https://other.test/x") is None
    assert not web.sent


async def test_a_credential_goes_where_the_scheme_says_and_shows_nowhere() -> None:
    web = Web()
    answer = await asker(web, api_key="k-1").ask(
        f"{URL}/x?a=1", (scheme("api_key", location="query", parameter="key"),)
    )
    assert web.sent[0][0] == f"{URL}/x?a=1&key=k-1"
    assert answer is not None
    assert (answer.url, answer.answer.target) == (f"{URL}/x?a=1", "/x?a=1")
    web = Web()
    await asker(web, token="t-1").ask(URL, (scheme("bearer"),))
    await asker(web, username="u", password="p").ask(URL, (scheme("basic"),))
    await asker(web, api_key="k-1").ask(URL, (scheme("api_key", parameter="X-Key"),))
    assert [sent.get("authorization") or sent.get("x-key") for _, sent in web.sent] == [
        "Bearer t-1",
        "Basic dTpw",
        "k-1",
    ]


async def test_without_a_scheme_nothing_of_a_credential_goes_out() -> None:
    web = Web()
    wire = OriginCredentials(origin=URL, headers={"X-Key": "k-1"})
    api = ApiAsker(web, origin=URL, most=3, credentials=wire)
    await api.ask(URL)
    await api.ask(URL, ())
    assert [sent.get("X-Key") for _, sent in web.sent] == [None, "k-1"]


async def test_what_redirects_elsewhere_is_asked_without_credentials_from_then_on() -> None:
    web = Web()
    api = asker(web, token="t-1")
    api.move("https://other.test")
    await api.ask("https://other.test/x", (scheme("bearer"),))
    assert "authorization" not in web.sent[0][1]


async def test_a_redirect_that_repeats_the_key_does_not_keep_it() -> None:
    answer = await asker(Web(to=f"{URL}/y?key=k-1"), api_key="k-1").ask(
        f"{URL}/x", (scheme("api_key", location="query", parameter="key"),)
    )
    assert answer is not None
    assert answer.url == f"{URL}/y"


async def test_no_answer_is_an_answer_without_a_status() -> None:
    answer = await asker(Web(error=FetchError("refused"))).ask(URL)
    assert answer is not None
    assert (answer.answer.status, answer.problem, answer.is_too_large) == (0, "refused", False)
    answer = await asker(Web(error=FetchError("large", code="description_too_large"))).ask(URL)
    assert answer is not None
    assert answer.is_too_large
