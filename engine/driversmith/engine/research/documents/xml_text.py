"""XML as a tree, read without entities: a document that declares any, or names another file, is refused."""

from dataclasses import dataclass, field
from xml.parsers import expat

from ...errors import DescriptionError

MOST_ELEMENTS = 1_500_000
_DEEPEST = 100


@dataclass
class Element:
    """An element by its local name; namespaces and text are left out."""

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list["Element"])

    def all(self, name: str) -> list["Element"]:
        """The children of this name."""
        return [child for child in self.children if child.name == name]

    def get(self, name: str) -> str:
        """An attribute; "" where there is none."""
        return self.attributes.get(name, "")


def read_xml(content: bytes, *, location: str) -> Element:
    """The root element.

    Raises:
        DescriptionError: it is broken, too deep or too large, or declares a document type.
    """
    root = Element("", {})
    open_elements = [root]
    count = 0

    def refused(*_: object) -> None:
        raise DescriptionError(
            f"{location} declares a document type (DTD), which is not read.", next_action="Give it without its DOCTYPE."
        )

    def starts(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS or len(open_elements) > _DEEPEST:
            raise DescriptionError(
                f"{location} has more than {MOST_ELEMENTS:,} elements, or nests deeper than {_DEEPEST}.",
                code="description_too_large",
                next_action="Give a smaller description.",
            )
        told = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(name.rpartition(" ")[2], told)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def ends(_: str) -> None:
        open_elements.pop()

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    parser.StartElementHandler = starts
    parser.EndElementHandler = ends
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise DescriptionError(
            f"{location} is not valid XML at line {error.lineno}, column {error.offset + 1}:"
            f" {expat.ErrorString(error.code)}.",
            next_action="Correct or complete it at that place.",
        ) from None
    except (ValueError, LookupError) as error:
        raise DescriptionError(f"{location} is not valid XML ({error}).", next_action="Give it as UTF-8.") from None
    return root.children[0]
