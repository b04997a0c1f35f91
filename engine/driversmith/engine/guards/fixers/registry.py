"""All fixers, in the order in which they are tried. Adding one is its function, its line here, and its test."""

from . import contract, documents, exports, imports, names, syntax
from .fixer import Fixer
from .ruff_fixer import ruff

_UNPARSED = frozenset({"syntax-error", "left-over-fence", "invalid-source"})
_UNDEFINED = frozenset({"F821", "unresolved-reference"})
_IMPORTS = frozenset({"import-unresolved", "import-unresolved-outside", "import-not-allowed"})
_DOCUMENT = frozenset({"snippet-syntax", "other-language", "snippet-unknown-name", "snippet-unknown-object"})

SYNTAX_FIXERS: tuple[Fixer, ...] = (
    Fixer("invisible-characters", _UNPARSED, syntax.characters("invisible")),
    Fixer("unusual-spaces", _UNPARSED, syntax.characters("spaces")),
    Fixer("escaped-line-ends", _UNPARSED, syntax.ESCAPED),
    Fixer("line-numbers", _UNPARSED, syntax.NUMBERED),
    Fixer("html-entities", _UNPARSED, syntax.HTML),
    Fixer("trailing-garbage", _UNPARSED, syntax.trailing_garbage),
    Fixer("typographic-quotes", _UNPARSED, syntax.characters("quotes")),
    Fixer("fences-and-prose", _UNPARSED, syntax.fences_and_prose),
    Fixer("tabs", _UNPARSED, syntax.tabs),
    Fixer("indentation", _UNPARSED, syntax.indentation),
    Fixer("late-future-import", _UNPARSED, syntax.late_future_import),
    Fixer("python2-print", _UNPARSED, syntax.python2_print),
    Fixer("python2-except", _UNPARSED, syntax.python2_except),
    Fixer("missing-colon", _UNPARSED, syntax.missing_colon),
    Fixer("f-string-quotes", _UNPARSED, syntax.f_string_quotes),
)
"""Steps towards a file that parses, measured together."""

FIXERS: tuple[Fixer, ...] = (
    Fixer("lone-word", _UNDEFINED, names.lone_word),
    Fixer("json-literals", _UNDEFINED, names.json_literals),
    Fixer("httpx-for-httpx2", _IMPORTS, imports.httpx_for_httpx2),
    Fixer("wrong-module", _IMPORTS, imports.wrong_module),
    Fixer("missing-import", _UNDEFINED, names.missing_import),
    Fixer("future-annotations", _UNDEFINED, names.future_annotations),
    Fixer("missing-f-prefix", frozenset({"missing-f-prefix"}), names.missing_f_prefix),
    Fixer("double-escape", frozenset({"double-escape"}), names.double_escape),
    Fixer("missing-export", frozenset({"missing-export", "F822"}), exports.missing_export),
    Fixer("class-not-exported", frozenset({"contract-class-not-exported"}), exports.class_not_exported),
    Fixer("parameter-names", frozenset({"contract-signature"}), contract.parameter_names),
    Fixer("unused-import", frozenset({"F401"}), ruff("F401", "removed unused imports")),
    Fixer("import-twice", frozenset({"F811"}), ruff("F811", "removed imports that are there twice")),
    Fixer("needless-f-prefix", frozenset({"F541"}), ruff("F541", "removed the f of strings without fields")),
    Fixer("literal-identity", frozenset({"F632"}), ruff("F632", "compared literals by value")),
    Fixer("document-fences", _DOCUMENT, documents.out_of_fences, (".md",)),
    Fixer("document-fences", frozenset({"invalid-toml"}), documents.out_of_fences, (".toml",)),
    Fixer("toml-characters", frozenset({"invalid-toml"}), documents.typographic_toml, (".toml",)),
    Fixer("dependencies", frozenset({"project-dependencies"}), documents.dependencies, (".toml",)),
    Fixer("environment-name", frozenset({"environment-name"}), documents.environment_name, (".md",)),
)
