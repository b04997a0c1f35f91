"""The driver contract as a model reads it, rendered from `contract.surface`, its one source."""

from ..contract.surface import (
    CAPABILITY_FIELDS,
    CONTRACT_VERSION,
    EXCEPTIONS,
    METHODS,
    ExceptionContract,
)
from .prompt_texts import prompt_text


def contract_text() -> str:
    """The same for every API, so that all sessions share it in the prompt cache."""
    return prompt_text(
        "contract",
        version=str(CONTRACT_VERSION),
        methods=", ".join(f"`{method.name}`" for method in METHODS if method.name != "__init__"),
        capabilities=", ".join(CAPABILITY_FIELDS),
        exceptions="\n".join(_exception(exception) for exception in EXCEPTIONS),
    )


def _exception(exception: ExceptionContract) -> str:
    more = f", with {' and '.join(exception.keywords)}" if exception.keywords else ""
    return f"- `{exception.name}({exception.base})`{more}: {exception.meaning}"
