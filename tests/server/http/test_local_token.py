"""The local user's own token."""

import stat
import sys
from pathlib import Path

import pytest
from driversmith.engine.errors import InvalidArgumentError
from driversmith.server.http.local_token import local_token

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes of files are those of POSIX")


def test_it_is_made_once_and_kept_for_the_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "home" / "http-token"
    token = local_token(file)
    assert local_token(file) == token and len(token) > 40
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [kept.name for kept in file.parent.iterdir()] == ["http-token"]


@pytest.mark.parametrize("text", ["", "short\n"])
def test_what_is_none_is_replaced(tmp_path: Path, text: str) -> None:
    file = tmp_path / "http-token"
    file.write_text(text)
    file.chmod(0o600)
    assert local_token(file) != text.strip()


def test_one_that_others_could_have_read_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "http-token"
    first = local_token(file)
    file.chmod(0o644)
    assert local_token(file) != first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("a-token-that-somebody-else-knows\n")
    elsewhere.chmod(0o600)
    file = tmp_path / "http-token"
    file.symlink_to(elsewhere)
    assert local_token(file) != elsewhere.read_text().strip()
    assert not file.is_symlink()


def test_where_none_can_be_kept_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(InvalidArgumentError, match="http-token"):
        local_token(tmp_path / "home" / "http-token")
