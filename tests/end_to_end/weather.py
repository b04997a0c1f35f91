"""A small weather API on loopback that nobody describes but its pages of documentation."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

STATIONS = [{"id": f"st-{number}", "name": f"Station {number}", "height": number * 10} for number in range(1, 24)]
FORECAST = [{"time": f"2026-01-01T{hour:02}:00", "temperature": hour / 2, "rain": hour % 3} for hour in range(24)]
PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Skies API</title></head><body>
<nav><a href="/docs">Overview</a> <a href="/docs/stations">Stations</a> <a href="/pricing">Pricing</a></nav>
<h1>Skies API</h1><p>Weather for everybody, without a key. All requests go to <code>https://api.skies.example/v1</code>.</p>
<h2>Forecast</h2><p>The forecast of one place, hour by hour.</p>
<pre><code>GET /v1/forecast?latitude=52.52&amp;longitude=13.41</code></pre>
<h3>Parameters</h3>
<table><tr><th>Parameter</th><th>Type</th><th>Required</th><th>Default</th><th>Description</th></tr>
<tr><td><code>latitude</code></td><td>float</td><td>yes</td><td></td><td>Degrees north.</td></tr>
<tr><td><code>longitude</code></td><td>float</td><td>yes</td><td></td><td>Degrees east.</td></tr>
<tr><td><code>units</code></td><td>string</td><td>no</td><td>metric</td><td>metric or imperial.</td></tr></table>
<h3>Response</h3>
<pre><code>{"place": {"latitude": 52.52, "longitude": 13.41},
 "hourly": [{"time": "2026-01-01T00:00", "temperature": 3.5, "rain": 0}, ...]}</code></pre>
<footer><p>To end a subscription call <code>GET /v1/subscription/delete</code>.</p></footer>
</body></html>"""
STATIONS_PAGE = """<html><head><title>Stations</title></head><body><h1>Stations</h1>
<p>Every station, in pages.</p>
<pre>curl "https://api.skies.example/v1/stations?page=2&amp;per_page=5"</pre>
<ul><li><code>page</code> (integer, optional): which page, default: 1</li>
<li><code>per_page</code> (integer, optional): how many a page, at most 10, default: 5</li></ul>
<pre>{"stations": [{"id": "st-1", "name": "Station 1", "height": 10}], "total": 23}</pre>
<h2>One station</h2><div><span>GET</span><code>/v1/stations/{station_id}</code></div>
</body></html>"""


class Weather:
    """The API; `base_url` is where it listens."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.base_url = f"http://127.0.0.1:{server.server_port}"
        self.asked: list[str] = []
        """Targets of all requests."""


@contextmanager
def open_weather() -> Generator[Weather]:
    """The API, as long as this context."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            weather.asked.append(self.path)
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            page = {"/docs": PAGE, "/docs/stations": STATIONS_PAGE}.get(url.path)
            status, found = (200, page) if page else _answer(url.path, query)
            body = found.encode() if isinstance(found, str) else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if page else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        weather = Weather(server)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield weather
        finally:
            server.shutdown()
            thread.join()


def _answer(path: str, query: dict[str, str]) -> tuple[int, Any]:
    if path == "/v1/forecast":
        if "latitude" not in query or "longitude" not in query:
            return 400, {"error": "latitude and longitude are required"}
        place = {"latitude": float(query["latitude"]), "longitude": float(query["longitude"])}
        return 200, {"place": place, "hourly": FORECAST}
    if path == "/v1/stations":
        page, size = int(query.get("page", 1)), min(int(query.get("per_page", 5)), 10)
        return 200, {"stations": STATIONS[(page - 1) * size : page * size], "total": len(STATIONS)}
    station = next((s for s in STATIONS if path == f"/v1/stations/{s['id']}"), None)
    return (200, station) if station else (404, {"error": "not found"})
