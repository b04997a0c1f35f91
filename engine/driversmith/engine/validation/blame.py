"""Who is to mend a finding: the author of its file, or of what made it appear in a file that is somebody else's."""

from collections.abc import Collection, Sequence

from ..models.findings import Finding


def new_findings(findings: Sequence[Finding], known: Sequence[Finding]) -> tuple[Finding, ...]:
    """Those that are not among the `known` of files that are as they were: neither at the same place nor in the same
    words, which may name what stands in other files."""
    places = {(f.code, f.file, f.line) for f in known}
    words = {(f.code, f.file, f.message) for f in known}
    return tuple(
        f for f in findings if (f.code, f.file, f.line) not in places and (f.code, f.file, f.message) not in words
    )


def to_mend(
    findings: Sequence[Finding], *, written: Collection[str], client: str, own: Sequence[Finding]
) -> list[tuple[str, Finding]]:
    """The serious findings that the authors of the `written` files have to mend, each with the file to mend it in.

    In a file of the templates the client is to blame, unless the templates' own driver, whose findings are `own`, has
    the same: nobody else can mend that.
    """
    serious = [f for f in findings if f.is_serious]
    caused = new_findings([f for f in serious if f.file not in written], own)
    return [(f.file if f.file in written else client, f) for f in serious if f.file in written or f in caused]
