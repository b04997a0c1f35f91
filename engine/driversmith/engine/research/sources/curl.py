"""Files of `curl` commands: what each would ask for. Nothing in them is run."""

import re
import shlex
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from ...errors import DescriptionError
from ..documents.nodes import Node
from ..documents.parse import Description, read_text
from ..observed.redaction import Secrets, is_secret_name
from ..observed.requests import MOST_REQUESTS, Recorded, describe_requests, plain_segment
from ..openapi.servers import origin

KIND = "curl commands"
_MARK = re.compile(
    rb"\s*(#[^\n]*\n\s*|(//|set|export|[A-Z_]+=)[^\n]*\n\s*)*([$>]\s+)?curl(\.exe)?\s+[^\s=:]", re.IGNORECASE
)
_START = re.compile(r"(?:^|[;&|(`]|\$\()\s*(?:[$>]\s+)?curl(?:\.exe)?\s+", re.MULTILINE)
_TAKES = frozenset(
    word
    for line in (
        "-o -w -m -e -A -x -E -T -K -c -D -r -y -Y -z -C -P -Q -t -U --output --write-out --max-time --connect-timeout",
        "--referer --user-agent --proxy --cert --key --cacert --capath --upload-file --config --cookie-jar --dump-header",
        "--range --retry --retry-delay --retry-max-time --resolve --interface --limit-rate --max-redirs --cert-type",
        "--key-type --pass --ciphers --proxy-user --proxy-header --noproxy --dns-servers --max-filesize --tls-max",
        "--aws-sigv4 --connect-to --stderr --trace --trace-ascii --output-dir --unix-socket --keepalive-time",
    )
    for word in line.split()
)
"""Options whose next word belongs to them, and says nothing of the request."""
_DATA = frozenset(("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json"))
_LONGEST = 100_000


def is_meant(content: bytes) -> bool:
    """Whether the first command in these bytes is `curl`."""
    return bool(_MARK.match(content[:20_000].removeprefix(b"\xef\xbb\xbf")))


def read(content: bytes, *, location: str, max_bytes: int, api_url: str = "") -> Description:
    """What the commands ask of one API: that of `api_url`, or the one most asked.

    Raises:
        DescriptionError: it is too large or no text, or no command holds a URL that can be read.
    """
    source = read_text(content, location=location, max_bytes=max_bytes).replace("\r\n", "\n")
    secrets, requests, unread = Secrets(), list[Recorded](), 0
    for number, line, command in _commands(source):
        request = _request(command, number, line, api_url, secrets) if len(requests) < MOST_REQUESTS else None
        if request is None:
            unread += 1
        else:
            requests.append(request)
    if not requests:
        raise DescriptionError(
            f"{location} ({KIND}) holds no command whose URL can be read.",
            code="no_operations",
            next_action="Write each as curl https://api.example.com/things, with its options.",
        )
    notes = [f"{unread} of its commands cannot be read, and are left out."] if unread else []
    return describe_requests(
        requests,
        content,
        location=location,
        kind=KIND,
        api_url=api_url,
        secrets=secrets,
        known_by="quoted",
        notes=notes,
    )


def _commands(source: str) -> list[tuple[int, str, list[str] | None]]:
    """Number, the comment above, and the words of each command; None for words that nobody can tell apart."""
    joined = re.sub(r"[\\^`]\n", lambda _: "  ", source)
    starts = list(_START.finditer(joined))
    found: list[tuple[int, str, list[str] | None]] = []
    for index, match in enumerate(starts):
        end = starts[index + 1].start() if index + 1 < len(starts) else len(joined)
        above = joined[: match.start()].rstrip().rpartition("\n")[2].strip()
        found.append(
            (index, above.lstrip("# ") if above.startswith("#") else "", _words(joined[match.end() : end][:_LONGEST]))
        )
    return found


def _words(text: str) -> list[str] | None:
    """The words of the command that the text begins with: to the end of the line, or of what a quote opens."""
    lines = text.split("\n")
    for count in range(1, len(lines) + 1):
        lexer = shlex.shlex(re.sub(r"\$'", "'", "\n".join(lines[:count])), posix=True, punctuation_chars="|;<>")
        lexer.whitespace_split = True
        lexer.commenters = ""
        try:
            words = list(lexer)
        except ValueError:
            if count > 500:
                return None
            continue
        ends = next(
            (i for i, word in enumerate(words) if (word and set(word) <= set("|;<>")) or word == "&&"), len(words)
        )
        return words[:ends]
    return None


def _request(words: list[str] | None, number: int, above: str, api_url: str, secrets: Secrets) -> Recorded | None:
    """What a command asks for; None where its words or its URL cannot be read."""
    if words is None:
        return None
    command = _Command(secrets)
    command.take(_split_options(words))
    address = _address(command.url, api_url)
    if not address:
        return None
    body = command.body
    if command.is_query and body:
        pairs = "&".join(part if "=" in part else urlencode({part: ""}) for part in body if part)
        address += ("&" if urlsplit(address).query else "?") + pairs
        body = []
    types = (value for name, value in command.headers if name.lower() == "content-type")
    return Recorded(
        method=command.method or ("POST" if body or command.fields else "GET"),
        url=address,
        headers=tuple(command.headers),
        body="&".join(body),
        body_type=next(types, command.kind).partition(";")[0].strip().lower(),
        fields=tuple(command.fields),
        schemes=tuple(command.schemes),
        summary=above,
        pointer=f"#/{number}",
    )


class _Command:
    """What the options of one command say."""

    def __init__(self, secrets: Secrets) -> None:
        self.url = ""
        self.method = ""
        self.kind = ""
        self.is_query = False
        """Whether data goes into the query (`-G`)."""
        self.headers: list[tuple[str, str]] = []
        self.body: list[str] = []
        self.fields: list[str] = []
        self.schemes: list[Node] = []
        self._secrets = secrets

    def take(self, words: list[str]) -> None:
        """Read options and URL, each option a word of its own."""
        rest = iter(words)
        for word in rest:
            if (takes := _OPTIONS.get(word)) is not None:
                takes(self, next(rest, ""))
            elif word in _DATA:
                given = next(rest, "")
                self.body.append("" if given.startswith("@") else given)
                self.kind = self.kind or (
                    "application/json" if word == "--json" else "application/x-www-form-urlencoded"
                )
            elif word in ("-G", "--get"):
                self.is_query = True
            elif word in ("-I", "--head"):
                self.method = self.method or "HEAD"
            elif word in _TAKES:
                next(rest, "")
            elif not word.startswith("-"):
                self.url = self.url or word

    def take_method(self, given: str) -> None:
        self.method = given.upper()

    def take_header(self, given: str) -> None:
        name, _, value = given.partition(":")
        self.headers.append((name.strip(), value.strip()))

    def take_user(self, given: str) -> None:
        for value in (given, *given.split(":")):
            self._secrets.drop(value)
        self.schemes.append({"type": "http", "scheme": "basic"})

    def take_bearer(self, given: str) -> None:
        self._secrets.drop(given)
        self.schemes.append({"type": "http", "scheme": "bearer"})

    def take_cookie(self, given: str) -> None:
        self.headers.append(("Cookie", given))

    def take_form(self, given: str) -> None:
        name, _, value = given.partition("=")
        if is_secret_name(name):
            self._secrets.drop(value)
        self.fields.append(name)
        self.kind = "multipart/form-data"

    def take_url(self, given: str) -> None:
        self.url = given


_OPTIONS: dict[str, Callable[[_Command, str], None]] = {
    name: takes
    for names, takes in (
        (("-X", "--request"), _Command.take_method),
        (("-H", "--header"), _Command.take_header),
        (("-u", "--user"), _Command.take_user),
        (("--oauth2-bearer",), _Command.take_bearer),
        (("-b", "--cookie"), _Command.take_cookie),
        (("-F", "--form", "--form-string"), _Command.take_form),
        (("--url",), _Command.take_url),
    )
    for name in names
}


def _split_options(words: list[str]) -> list[str]:
    """`-XPOST`, `-sSL` and `--request=POST` as words of their own."""
    found: list[str] = []
    for word in words:
        if word.startswith("--") and "=" in word:
            found += word.split("=", 1)
        elif re.match(r"-[A-Za-z].", word):
            rest = word[1:]
            while rest:
                option, rest = f"-{rest[0]}", rest[1:]
                found.append(option)
                if option in ("-X", "-H", "-d", "-u", "-F", "-b") or option in _TAKES:
                    found += [rest] if rest else []
                    break
        else:
            found.append(word)
    return found


def _address(url: str, api_url: str) -> str:
    """The URL of a command: variables in its path are what is to be filled in, one at its beginning is the API itself."""
    text = url.strip()
    if match := re.match(r"(\$\{?\w+\}?|\{\{?[\w.-]+\}?\}|<[\w-]+>)(/.*|\?.*|)\Z", text):
        text = api_url.partition("?")[0].rstrip("/") + match.group(2)
    elif text and "://" not in text and re.match(r"[\w-]+(\.[\w-]+)+([:/?]|\Z)|localhost\b", text):
        text = f"http://{text}"
    path, mark, query = text.partition("?")
    path = re.sub(
        r"(?<=/)(?:\$\{(\w+)\}|\$(\w+)|\{\{([\w.-]+)\}\}|\{(\w+)\}|<([\w -]+)>|:([A-Za-z]\w*))(?=/|\Z)",
        lambda m: "{" + plain_segment(next(filter(None, m.groups()))) + "}",
        path,
    )
    address = (path + mark + query).partition("#")[0]
    return address if origin(address) and len(address) < 8000 else ""
