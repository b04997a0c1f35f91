"""Why no file could be taken out of an answer."""


class UnclearAnswer(Exception):  # noqa: N818 - it says what the answer is
    """Raised while an answer is read; `extract_file` turns it into a finding. It never leaves this room."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
