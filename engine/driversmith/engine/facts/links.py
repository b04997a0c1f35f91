"""Link headers (RFC 8288): for whoever looks for the next page, and for whoever looks for a description."""

import re
from collections.abc import Iterator

_LINK = re.compile(r"<([^<>]{1,2000})>([^<>]{0,500})")
_RELATION = re.compile(r"""\brel\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;,]+))""", re.IGNORECASE)
_LONGEST = 10_000


def link_targets(header: str, relation: str) -> Iterator[str]:
    """The targets of this relation (lower case) in the value of a Link header, as they stand, in order."""
    for target, parameters in _LINK.findall(header[:_LONGEST]):
        found = _RELATION.search(parameters)
        relations = next((group for group in found.groups() if group is not None), "") if found else ""
        if relation in relations.lower().split():
            yield target
