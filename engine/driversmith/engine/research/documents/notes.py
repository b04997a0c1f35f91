"""What was odd about a description, one sentence each, said once."""

_MOST = 40


class Notes:
    """Collects warnings while a description is read; the same sentence is kept once, and the list stays short."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}
        self._more = 0

    def add(self, sentence: str) -> None:
        """Remember a sentence."""
        if sentence in self._sentences:
            return
        if len(self._sentences) < _MOST:
            self._sentences[sentence] = None
        else:
            self._more += 1

    def sentences(self) -> tuple[str, ...]:
        """All that was noted, in order; the last one says how many were left out."""
        more = (f"{self._more} more oddities of the description are not listed.",) if self._more else ()
        return (*self._sentences, *more)
