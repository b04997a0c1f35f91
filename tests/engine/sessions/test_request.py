"""What a caller typed becomes a request, or a sentence that says what to change."""

import errno
import json
import os
from pathlib import Path

import pytest
from driversmith.engine.errors import InvalidArgumentError, OutputError
from driversmith.engine.models.session import GenerateRequest
from driversmith.engine.sessions.request import project_path, resolve_request, session_key
from driversmith.engine.settings import Settings


@pytest.fixture
def resolved(tmp_path: Path):
    def resolve(*, settings: Settings | None = None, **values: object) -> GenerateRequest:
        known: dict[str, object] = {"api_name": "Open-Meteo", "api_url": "https://api.open-meteo.com"}
        return resolve_request(
            **{**known, **values},  # type: ignore[arg-type]
            settings=settings or Settings(home=tmp_path),
            default_output_dir=tmp_path / "default",
        )

    return resolve


def test_defaults_are_filled_in(resolved, tmp_path) -> None:
    request = resolved(api_name=" Open-Meteo ")
    assert request == GenerateRequest(
        api_name="Open-Meteo", api_url="https://api.open-meteo.com", output_dir=str(tmp_path / "default")
    )
    assert project_path(request) == tmp_path / "default" / "open_meteo_driver"


def test_the_key_is_the_same_for_the_same_wish_however_it_is_spelled(resolved, tmp_path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    one = resolved(objects=["b", "a", "a"], output_dir=str(tmp_path / "real"), live=True, fresh=True)
    two = resolved(objects=["a", "b"], output_dir=str(tmp_path / "link" / "x" / ".."), live="true", stop_after="none")
    assert session_key(one) == session_key(two)


@pytest.mark.parametrize(
    "other",
    [
        {"api_url": "https://other.example"},
        {"objects": ["a"]},
        {"engine": "template"},
        {"live": "false"},
        {"stop_after": "research"},
        {"max_supervisor_attempts": 1},
        {"time_limit_seconds": 30},
        {"budget_usd": 1.0},
    ],
)
def test_any_other_argument_gives_another_key(resolved, other) -> None:
    assert session_key(resolved()) != session_key(resolved(**other))


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "api.example.com",
        "ftp://api.example.com",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user:secret@api.example.com",
        "https://api.example.com:port",
        "https://[::1",
        "https://api.example.com/a b",
        "https://api.example.com/\n",
        "https://api.example.com/\x00x",
        "javascript:alert(1)",
        "https://a.example/" + "x" * 5000,
    ],
)
def test_an_api_url_that_is_none_is_refused_by_name(resolved, url) -> None:
    with pytest.raises(InvalidArgumentError, match="api_url") as refused:
        resolved(api_url=url.rstrip("\n") + ("\n x" if url.endswith("\n") else ""))
    assert refused.value.next_action
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("argument", ["api_url", "spec"])
@pytest.mark.parametrize(
    "rest",
    [
        "?api_key=s3cret-9",
        "?x=1&appid=s3cret-9",
        "#access_token=s3cret-9",
        "?sig=s3cret-9#top",
        "?q=eyJhbGciOi.eyJz.s3cret-9",
    ],
)
def test_a_key_in_a_url_is_refused_with_how_to_store_it(resolved, argument, rest) -> None:
    with pytest.raises(InvalidArgumentError, match=argument) as refused:
        resolved(**{argument: f"https://api.example.com/v1/openapi.json{rest}"})
    assert "s3cret" not in str(refused.value)
    assert "driversmith credentials set https://api.example.com query." in refused.value.next_action


@pytest.mark.parametrize("url", ["ftp://api.example.com/?token=s3cret-9", "https://[::1?token=s3cret-9"])
def test_a_key_in_what_is_no_url_is_not_repeated(resolved, url) -> None:
    for argument in ("api_url", "spec"):
        with pytest.raises(InvalidArgumentError) as refused:
            resolved(**{argument: url})
        assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "../x", "naïve", "x'y", 'x"y', "x\ny", "...", "x" * 81])
def test_an_api_name_that_gives_no_package_is_refused_by_name(resolved, name) -> None:
    with pytest.raises(InvalidArgumentError, match="api_name"):
        resolved(api_name=name)


@pytest.mark.parametrize("name", ["class", "json", "import", "123", "a.b-c d"])
def test_keywords_and_names_of_modules_make_fine_packages(resolved, name) -> None:
    assert project_path(resolved(api_name=name)).name.endswith("_driver")


def test_a_description_may_be_a_url_or_an_existing_file(resolved, tmp_path) -> None:
    path = tmp_path / "api.yaml"
    path.write_text("")
    assert resolved(spec=str(path)).spec == str(path)
    assert resolved(spec="https://a.example/x").spec == "https://a.example/x"


@pytest.mark.parametrize("spec", ["", "api.yaml", "./api.yaml", "~/api.yaml", "https://", "file:///api.yaml"])
def test_a_description_that_is_neither_url_nor_absolute_path_is_refused_by_name(resolved, spec) -> None:
    with pytest.raises(InvalidArgumentError, match="spec"):
        resolved(spec=spec)


def test_a_description_has_to_be_a_file_of_a_known_kind(resolved, tmp_path) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "id_rsa").write_text("secret")
    for name in ("folder.json", "missing.json", "id_rsa", "x" * 300 + ".json"):
        with pytest.raises(InvalidArgumentError, match="spec"):
            resolved(spec=str(tmp_path / name))


@pytest.mark.parametrize("folder", ["drivers", "./drivers", "~/drivers", "", "/a\x00b"])
def test_an_output_dir_that_is_not_absolute_is_refused_with_what_to_give(resolved, folder) -> None:
    with pytest.raises(InvalidArgumentError, match="output_dir") as refused:
        resolved(output_dir=folder)
    assert "absolute path" in refused.value.next_action


def test_an_output_dir_that_is_a_file_is_refused(resolved, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidArgumentError, match="is a file"):
        resolved(output_dir=str(tmp_path / "file"))


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A disk on which nothing more can be made than the folder of this test."""
    assert tmp_path.is_dir()

    def failing(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "mkdir", failing)


@pytest.mark.usefixtures("no_room")
def test_an_output_dir_that_cannot_be_written_is_refused_before_any_work(resolved, tmp_path) -> None:
    with pytest.raises(OutputError, match="Read-only file system") as refused:
        resolved(output_dir=str(tmp_path / "locked"))
    assert refused.value.code == "output_not_writable"
    assert "output_dir" in refused.value.next_action


@pytest.mark.usefixtures("no_room")
def test_an_output_dir_need_not_be_writable_where_nothing_is_written(resolved) -> None:
    assert resolved(stop_after="research")


def test_a_driver_on_a_disk_that_became_read_only_may_still_be_asked_for(resolved, tmp_path, request) -> None:
    (tmp_path / "default/open_meteo_driver").mkdir(parents=True)
    (tmp_path / "default/open_meteo_driver/driver.json").write_text("{}")
    request.getfixturevalue("no_room")
    assert resolved()


@pytest.mark.parametrize(
    "values",
    [
        {"engine": "magic"},
        {"live": "perhaps"},
        {"stop_after": "lunch"},
        {"max_supervisor_attempts": 0},
        {"max_supervisor_attempts": 11},
        {"max_retries": -1},
        {"max_supervisor_attempts": True},
        {"max_retries": False},
        {"budget_usd": True},
        {"time_limit_seconds": True},
        {"time_limit_seconds": 0},
        {"time_limit_seconds": float("nan")},
        {"budget_usd": -1},
        {"budget_usd": float("nan")},
        {"objects": []},
        {"objects": ["a", " "]},
    ],
)
def test_an_argument_out_of_range_is_refused_by_name(resolved, values) -> None:
    with pytest.raises(InvalidArgumentError, match=next(iter(values))) as refused:
        resolved(**values)
    assert refused.value.next_action


def test_over_http_only_configured_folders_may_be_used(resolved, tmp_path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "api.json").write_text("{}")
    (tmp_path / "api.json").write_text("{}")
    (root / "way out").symlink_to(tmp_path)
    settings = Settings(home=tmp_path, read_roots=(root,))
    inside = {"output_dir": str(root / "out"), "restricted": True, "settings": settings}
    assert resolved(**inside, spec=str(root / "api.json"))
    for spec in (tmp_path / "api.json", root / ".." / "api.json", root / "way out" / "api.json"):
        with pytest.raises(InvalidArgumentError, match="outside"):
            resolved(**inside, spec=str(spec))
    with pytest.raises(InvalidArgumentError, match="output_dir"):
        resolved(restricted=True, settings=settings)


def test_an_api_of_the_catalogue_needs_no_url(resolved) -> None:
    assert resolved(api_name="Stripe", api_url=None).api_url == "https://api.stripe.com"


def test_several_apis_of_a_name_are_listed_and_none_is_guessed(resolved) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        resolved(api_name="NYTimes", api_url=None)
    assert caught.value.code == "choose_api"
    assert "- Books API at https://api.nytimes.com/svc/books/v3" in caught.value.message


def test_a_name_that_nobody_knows_needs_a_url(resolved) -> None:
    with pytest.raises(InvalidArgumentError, match="knows no API called 'Harbour of Nowhere'"):
        resolved(api_name="Harbour of Nowhere", api_url=None)


def test_the_url_of_a_description_is_enough(resolved) -> None:
    request = resolved(api_name="Nobody knows this", api_url=None, spec="https://docs.example.com/openapi.json")
    assert (request.api_url, request.spec) == ("https://docs.example.com/openapi.json", None)


def test_another_catalogue_can_be_set(resolved, tmp_path) -> None:
    file = tmp_path / "mine.json"
    source = {"name": "mine", "url": "", "licence": "", "date": "2026-11-29"}
    api = [
        "harbour.test",
        "Harbour of Nowhere",
        "1",
        ["https://harbour.test/v1"],
        [["openapi", "https://harbour.test/o.json"]],
        0,
    ]
    file.write_text(json.dumps({"sources": [source], "apis": [api]}))
    settings = Settings(home=tmp_path, catalogue=file)
    assert resolved(api_name="harbour of nowhere", api_url=None, settings=settings).api_url == "https://harbour.test/v1"
    with pytest.raises(InvalidArgumentError):
        resolved(api_name="Stripe", api_url=None, settings=settings)
