"""What an earlier version made, moved to where a test wants it."""

import gzip
import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from driversmith.engine.settings import Settings

from ....end_to_end.shop import Shop

FIXTURES = Path(__file__).parents[3] / "fixtures"
VERSIONS = sorted(path.name for path in FIXTURES.iterdir() if (path / "driversmith.db.gz").is_file())
PLACE = "/tmp/made-by-driversmith/drivers"  # noqa: S108 - where drivers lay when the fixtures were made
COLUMNS = {
    "sessions": ("request", "result"),
    "steps": ("result",),
    "events": ("message", "data"),
    "files": ("text", "sha256"),
}
"""Where the address of an API may stand in the database."""


@dataclass(frozen=True)
class Made:
    """A home with an earlier version's database, and the driver that one of its sessions made."""

    settings: Settings
    sessions: dict[str, str]
    """Name of the output folder -> id."""
    driver: Path
    """Project folder of the shop's driver."""


def moved(version: str, folder: Path, shop: Shop) -> Made:
    """All of a version's fixtures below `folder`, as if they had been made there, with the shop where it is now."""
    drivers = folder / "drivers"
    settings = Settings(home=folder / "home", output_dir=drivers, allow_local=frozenset({shop.address}))
    driver = Path(shutil.copytree(FIXTURES / version / "shop_driver", drivers / "succeeded" / "shop_driver"))
    changed = _move_driver(driver, shop)
    settings.home.mkdir()
    settings.database.write_bytes(gzip.decompress((FIXTURES / version / "driversmith.db.gz").read_bytes()))
    with closing(sqlite3.connect(settings.database)) as database, database:
        _move_sessions(database, drivers.as_posix())
        _replace(database, changed)
        found = database.execute("SELECT session_id, project_path FROM sessions").fetchall()
    return Made(settings, {Path(project).parent.name: session for session, project in found}, driver)


def _move_driver(driver: Path, shop: Shop) -> dict[str, str]:
    """Have a driver speak to the shop, untouched as far as its hashes say; old text -> new text, for the database."""
    manifest = driver / "driver.json"
    changed = {json.loads(manifest.read_text("utf-8"))["api_url"]: shop.base_url}
    for path in sorted(path for path in driver.rglob("*") if path.is_file() and path != manifest):
        before = path.read_bytes()
        _rewrite(path, changed)
        if (after := path.read_bytes()) != before:
            changed[hashlib.sha256(before).hexdigest()] = hashlib.sha256(after).hexdigest()
    before = manifest.read_bytes()
    _rewrite(manifest, changed)
    changed[hashlib.sha256(before).hexdigest()] = hashlib.sha256(manifest.read_bytes()).hexdigest()
    return changed


def _rewrite(path: Path, changed: dict[str, str]) -> None:
    text = path.read_bytes().decode()
    for old, new in changed.items():
        text = text.replace(old, new)
    path.write_bytes(text.encode())


def _move_sessions(database: sqlite3.Connection, drivers: str) -> None:
    for column in ("request", "project_path", "result"):
        database.execute(f"UPDATE sessions SET {column} = replace({column}, ?, ?)", (PLACE, drivers))  # noqa: S608


def _replace(database: sqlite3.Connection, changed: dict[str, str]) -> None:
    for table, columns in COLUMNS.items():
        for column in columns:
            for old, new in changed.items():
                database.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (old, new))  # noqa: S608
