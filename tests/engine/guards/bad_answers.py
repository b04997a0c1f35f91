"""Answers that are no file and cost a careless reader its time, its memory or its stack."""

PATHS = ("tide_driver/client.py", "README.md", "pyproject.toml", "data.yaml")
"""One file of each family."""


def bad_answers(share: int) -> list[str]:
    """Nearly as long as an answer may be, or one part in `share` of that."""
    return [
        "x = 1\n" * (170_000 // share),
        "x = " + "(" * (100_000 // share) + ")" * (100_000 // share),
        "[" * (200_000 // share),
        '{"files":' * (50_000 // share),
        "```\na = 1\n" * (20_000 // share),
        "```python\na = 1\n```\n\n" * (5_000 // share),
        "x = \u201ca\u201d\n" * (50_000 // share),
        '<file path="a.py">\n' * (20_000 // share),
        "</file>\n" * (60_000 // share) + "\n" * (200_000 // share),
        "x = a" + ".b" * (90_000 // share),
        "x = " + "-" * (90_000 // share) + "1",
        "`" * (900_000 // share),
        "\\n" * (400_000 // share),
        "&lt;" * (200_000 // share),
        " " * (900_000 // share) + "x",
        "a " * (450_000 // share),
        "Here is some prose.\n" * (40_000 // share),
        '"""' * (200_000 // share),
        "<answer>\n" * (50_000 // share),
        "<think>" * (100_000 // share),
        "cat > a <<'EOF'\n" * (20_000 // share),
    ]
