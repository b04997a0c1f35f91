"""Canaries: values that must be found nowhere, and an API that sends back, in every encoding, whatever it is sent."""

import base64
import html
import json
import threading
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

RECORD_VALUE = "Qz7vRecordValue91kLm"
"""What a record of the API holds: it may be shown, and is not kept."""


def canary(name: str, *, odd: bool = False) -> str:
    """A value that stands for a secret; `odd` has characters that every encoding spells differently."""
    return f"cnry-{name}-x8Kq" + ("/+ö\"'&%41 =z" if odd else "Zt41")


def spellings(value: str) -> set[str]:
    """The value as encodings have it, and what of its Base64 forms does not depend on what stands around it."""
    content = value.encode()
    found = {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(value))[3:-3],
        repr(value)[1:-1],
        quote(value, safe=""),
        quote(value, safe="").lower(),
        quote_plus(value),
        quote(quote(value, safe=""), safe=""),
        html.escape(value),
        "".join(f"\\u{ord(c):04x}" for c in value),
        content.hex(),
        content.hex().upper(),
    }
    for before in range(3):
        text = base64.b64encode(b"\0" * before + content).decode()
        core = text[-(-before * 8 // 6) : (before + len(content)) * 8 // 6]
        found |= {core, core.replace("+", "-").replace("/", "_")}
    return found


def found_in(places: Mapping[str, bytes], canaries: Iterable[str]) -> list[str]:
    """Each canary that stands somewhere, in whatever spelling: `place: canary (spelling)`."""
    hits: list[str] = []
    for place, content in places.items():
        for value in canaries:
            hits += [f"{place}: {value} ({form})" for form in sorted(spellings(value)) if form.encode() in content]
    return hits


def files_below(folder: Path, *, without: Iterable[str] = ()) -> dict[str, bytes]:
    """The content of every file below a folder, and the names of all of them."""
    paths = [path for path in folder.rglob("*") if path.name not in set(without)]
    names = "\n".join(str(path.relative_to(folder)) for path in paths).encode()
    return {"names": names, **{str(path): path.read_bytes() for path in paths if path.is_file()}}


class Parrot:
    """The API; `base_url` is where it listens."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.address = f"127.0.0.1:{server.server_port}"
        self.base_url = f"http://{self.address}"
        self.sent: list[str] = []
        """Authorization headers and queries that came."""
        self.refuses = False
        """Whether it answers 401 to everything but its description."""


@contextmanager
def open_parrot(described: str) -> Generator[Parrot]:
    """An API whose description holds `described` in many places, and whose answers hold what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            sent = [value for name, value in self.headers.items() if name.lower() not in ("host", "accept")]
            sent += [value for _, value in parse_qsl(url.query)] + [self.path]
            parrot.sent += sent
            if url.path == "/openapi.json":
                status, answer = 200, _description(described)
            elif parrot.refuses or url.path not in ("/items", "/boxes"):
                status, answer = 401, {"error": {"message": f"refused: {_said(sent)}", "value": RECORD_VALUE}}
            else:
                status, answer = 200, {"data": [_record(number, sent) for number in range(1, 4)]}
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Echo", quote(_said(sent)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        parrot = Parrot(server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield parrot
        finally:
            server.shutdown()
            thread.join(5)


def _said(sent: list[str]) -> str:
    """What was sent, as it is and encoded anew."""
    forms: list[str] = []
    for text in sent:
        word, _, rest = text.partition(" ")
        if word == "Basic":
            pair = base64.b64decode(rest).decode()
            forms += [pair, base64.b64encode(b"again " + pair.encode()).decode()]
        decoded = unquote(text)
        forms += [text, decoded, quote(decoded), quote(quote(decoded)), json.dumps(decoded), html.escape(decoded)]
        forms.append(base64.urlsafe_b64encode(decoded.encode()).decode())
    return " | ".join(forms)


def _record(number: int, sent: list[str]) -> dict[str, Any]:
    return {"id": number, "name": f"{RECORD_VALUE}-{number}", "echo": _said(sent), _said(sent)[:300]: number}


def _description(described: str) -> dict[str, Any]:
    item = {
        "type": "object",
        "description": described,
        "properties": {
            "id": {"type": "integer", "description": described},
            "name": {"type": "string", "description": described, "example": described, "enum": [described, "b"]},
            "echo": {"type": "string", "default": described},
        },
    }
    body = {"type": "object", "properties": {"data": {"type": "array", "items": item}}}
    answers = {"200": {"description": described, "content": {"application/json": {"schema": body}}}}
    parameter = {
        "name": "q",
        "in": "query",
        "description": described,
        "schema": {"type": "string", "default": described},
    }
    operation = {"summary": described, "description": described, "parameters": [parameter], "responses": answers}
    return {
        "openapi": "3.0.3",
        "info": {"title": f"Parrot {described}", "version": "1", "description": described},
        "servers": [{"url": "/", "description": described}],
        "tags": [{"name": described, "description": described}],
        "paths": {
            "/items": {"get": {**operation, "operationId": "listItems", "tags": [described]}},
            "/boxes": {"get": {**operation, "operationId": "listBoxes"}},
        },
        "components": {
            "securitySchemes": {
                "login": {"type": "http", "scheme": "basic", "description": described},
                "key": {"type": "apiKey", "in": "query", "name": "api_key", "description": described},
            }
        },
        "security": [{"login": [], "key": []}],
    }
