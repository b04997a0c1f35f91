"""Keys that somebody typed into a URL."""

from driversmith.engine.research.observed.secrets import secret_parameters, without_parameters


def test_a_key_in_the_query_is_told_from_what_chooses() -> None:
    url = "https://api.test/ships?api_key=k&page=2&accessToken=t&appid=a&keyword=x&monkey=y"
    assert secret_parameters(url) == ["api_key", "accessToken", "appid"]
    assert without_parameters(url, secret_parameters(url)) == "https://api.test/ships?page=2&keyword=x&monkey=y"
