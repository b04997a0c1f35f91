"""APIs found by name and by host in the catalogue that comes with the package; nothing is fetched."""

import pytest
from driversmith.engine.research.catalogue.entries import FROM_DESCRIPTION, Candidate, Catalogue, CatalogueSource, Entry
from driversmith.engine.research.catalogue.file import load_catalogue

SOURCE = CatalogueSource("a list", "https://lists.test", "CC0-1.0", "2026-11-29")


def entry(key: str, title: str, *bases: str, version: str = "1") -> Entry:
    return Entry(key, title, version, bases, (("openapi", f"https://described.test/{key}/{version}.json"),), SOURCE)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("GitHub", "https://api.github.com"),
        ("github", "https://api.github.com"),
        ("Stripe", "https://api.stripe.com"),
        ("Slack", "https://slack.com/api"),
        ("Spotify", "https://api.spotify.com/v1"),
        ("Twilio", "https://api.twilio.com"),
        ("DigitalOcean", "https://api.digitalocean.com"),
        ("Asana", "https://app.asana.com/api/1.0"),
        ("Trello", "https://trello.com/1"),
        ("Zoom", "https://api.zoom.us/v2"),
        ("Vimeo", "https://api.vimeo.com"),
        ("YouTube Data", "https://youtube.googleapis.com"),
        ("Gmail", "https://gmail.googleapis.com"),
        ("Google Drive", "https://www.googleapis.com/drive/v3"),
        ("Google Calendar", "https://www.googleapis.com/calendar/v3"),
        ("Bitbucket", "https://api.bitbucket.org/2.0"),
        ("Giphy", "https://api.giphy.com/v1"),
        ("Notion", "https://api.notion.com"),
        ("OpenAI", "https://api.openai.com/v1"),
        ("Linode", "https://api.linode.com/v4"),
        ("Hetzner Cloud", "https://api.hetzner.cloud/v1"),
        ("XKCD", "http://xkcd.com"),
        ("Instagram", "https://api.instagram.com/v1"),
        ("CircleCI", "https://circleci.com/api/v1"),
        ("Shutterstock", "https://api.shutterstock.com"),
        ("Wikimedia", "https://wikimedia.org/api/rest_v1"),
        ("Weatherbit", "https://api.weatherbit.io/v2.0"),
        ("Amazon S3", "https://s3.us-east-1.amazonaws.com"),
        ("Lyft", "https://api.lyft.com/v1"),
        ("Netlify", "https://api.netlify.com/api/v1"),
        ("Plaid", "https://production.plaid.com"),
        ("Snyk", "https://api.snyk.io/v1"),
    ],
)
def test_a_name_leads_to_its_api(name: str, url: str) -> None:
    (found,) = load_catalogue().by_name(name)
    assert found.api_url == url
    described = [found_in for found_in in found.entries if found_in.readable]
    assert described
    assert all(at.source.date >= "2026-01-01" for at in described)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.stripe.com/v1",
        "https://api.github.com",
        "https://gmail.googleapis.com/gmail/v1",
        "http://xkcd.com/",
    ],
)
def test_a_host_leads_to_its_api(url: str) -> None:
    assert len(load_catalogue().by_url(url)) == 1


@pytest.mark.parametrize("name", ["NYTimes", "Azure", "eBay"])
def test_several_of_one_name_are_listed(name: str) -> None:
    assert len(load_catalogue().by_name(name)) > 1


@pytest.mark.parametrize("name", ["Harbour of Nowhere", "", "api", "git", "Jira", "Discourse", "Kubernetes", "str"])
def test_what_is_unknown_or_has_no_public_place_is_not_found(name: str) -> None:
    assert not load_catalogue().by_name(name)


@pytest.mark.parametrize(
    "url", ["https://api.example.com", "https://github.com.evil.test", "not a url", "ftp://xkcd.com", "https://"]
)
def test_other_hosts_are_not_found(url: str) -> None:
    assert not load_catalogue().by_url(url)


def test_an_apis_own_title_counts_before_a_service_and_a_provider() -> None:
    known = Catalogue(
        [
            entry("harbour.test", "Harbour API", "https://api.harbour.test"),
            entry("plugins.test/harbour", "Plugin", "https://plugins.test"),
            entry("harbour.test/fleet", "Fleet", "https://fleet.harbour.test"),
        ]
    )
    assert [found.api_url for found in known.by_name("harbour")] == ["https://api.harbour.test"]


def test_versions_at_one_url_are_one_api_and_different_titles_there_are_several() -> None:
    one = Catalogue([entry("a.test", "Ships", "https://a.test", version=v) for v in "12"])
    assert [len(found.entries) for found in one.by_url("https://a.test")] == [2]
    two = Catalogue([entry("a.test/x", "Ships", "https://a.test"), entry("a.test/y", "Ports", "https://a.test")])
    assert len(two.by_url("https://a.test")) == 2
    assert [found.title for found in two.by_url("https://a.test", "Ports")] == ["Ports"]


def test_the_narrowest_base_around_a_url_counts() -> None:
    known = Catalogue(
        [entry("a.test/one", "One", "https://a.test/one"), entry("a.test/two", "Two", "https://a.test/one/two")]
    )
    assert [found.title for found in known.by_url("https://a.test/one/two/ships")] == ["Two"]
    assert [found.title for found in known.by_url("https://a.test/one/ships")] == ["One"]
    assert [found.title for found in known.by_url("https://a.test/")] == ["One", "Two"]


def test_where_only_the_description_knows_the_place_its_url_stands_for_it() -> None:
    (found,) = Catalogue([entry("a.test", "Ships", FROM_DESCRIPTION)]).by_name("ships")
    assert isinstance(found, Candidate)
    assert found.api_url == "https://described.test/a.test/1.json"
