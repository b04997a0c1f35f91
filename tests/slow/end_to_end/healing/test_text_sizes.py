"""What a calling agent reads in a session of a larger API: nothing twice, and nothing that its host would cut."""

from collections import Counter
from pathlib import Path

from ....end_to_end.healing import library
from ....end_to_end.healing.conftest import Houses
from ....end_to_end.healing.text_host import CHARACTERS_A_TOKEN, TextHost
from ....end_to_end.healing.tiny import WRITTEN
from ....stand_ins.connection import refused
from .test_text_host import silent

MOST_OF_AN_ANSWER = 20_000
MOST_OF_FACTS = 3_500
MOST_OF_A_FIRST_REQUEST = 6_000
MOST_OF_A_SESSION = 11_500
TOLD_TWICE = 80
"""Characters of a line that must not be told twice."""


def long_lines(texts: list[str]) -> list[str]:
    """The lines of each answer that are more than a few words; how to go on is said each time."""
    lines = [line for text in texts for line in {*text.splitlines()}]
    return [line for line in lines if len(line) > TOLD_TWICE and "get_session(" not in line]


async def test_a_session_for_twelve_operations_is_small_and_tells_nothing_twice(housed: Houses, tmp_path: Path) -> None:
    asked = {"api_name": library.NAME, "api_url": library.URL, "spec": str(library.write_library(tmp_path))}
    async with housed(silent) as house:
        made = Path((await house.make(engine="template", **asked)).result["output_path"])
        files = {path: (made / path).read_text("utf-8") for path in (library.CLIENT, *WRITTEN[1:])}
        host = TextHost(house)
        healed = await host.write(await host.begin(fresh=True, **asked), files)
    assert healed.result["success"], healed.result["notes"]
    assert len(host.heard) == 1 + len(files)
    heard = [host.facts, *host.heard]
    facts, first, whole = (len(text) / CHARACTERS_A_TOKEN for text in (host.facts, host.heard[0], "".join(heard)))
    assert facts <= MOST_OF_FACTS
    assert first <= MOST_OF_A_FIRST_REQUEST and whole <= MOST_OF_A_SESSION, (first, whole)
    assert [line for line, count in Counter(long_lines(heard)).items() if count > 1] == []
    handed_in = {line for line in files[library.CLIENT].splitlines() if len(line) > TOLD_TWICE}
    assert not any(line in text for text in host.heard[1:] for line in handed_in), "what it wrote is not sent back"


async def test_of_a_large_api_all_can_be_read_in_parts_that_no_host_cuts(housed: Houses, tmp_path: Path) -> None:
    asked = {"api_name": library.NAME, "api_url": library.URL, "spec": str(library.write_large(tmp_path))}
    async with housed(silent) as house:
        host = TextHost(house)
        text = await host.begin(**asked)
        again = await host.call("get_session", session_id=host.session, cursor="told-1")
        beyond = {"session_id": host.session, "cursor": "part-99"}
        assert "no part 99" in refused(await house.client.call_tool("get_session", beyond))
        nonsense = {"session_id": host.session, "cursor": "7"}
        assert "next_cursor" in refused(await house.client.call_tool("get_session", nonsense))
    assert len(host.heard) > 3
    assert max(host.sizes) < MOST_OF_AN_ANSWER
    assert host.heard[0].index(f"Task: generate path={library.CLIENT}") < 1_500, "the task comes first"
    for words in (
        "# The driver contract",
        "class LibraryDriver",
        "get_series_0 = GET",
        "get_series_29 = GET",
        "</api>",
    ):
        assert words in text
    assert "# The driver contract" in again
