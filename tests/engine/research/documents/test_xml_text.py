"""XML is read without entities."""

import pytest
from driversmith.engine.errors import DescriptionError
from driversmith.engine.research.documents.xml_text import read_xml


def test_elements_are_known_by_their_local_names() -> None:
    root = read_xml(b'<a:x xmlns:a="urn:a"><a:y n="1"/><y n="2"/></a:x>', location="x")
    assert (root.name, [child.get("n") for child in root.all("y")]) == ("x", ["1", "2"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<x>", "line 1"),
        (b"<x></y>", "mismatched tag"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "document type"),
        (b"<x>" * 200 + b"</x>" * 200, "nests deeper"),
    ],
)
def test_what_is_broken_or_declares_entities_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(DescriptionError, match=message):
        read_xml(content, location="x")
