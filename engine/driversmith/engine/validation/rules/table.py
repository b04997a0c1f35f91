"""All rules. Adding one is its function, its line here, and its test.

P0 cannot run, P1 breaks the contract, P2 misbehaves or is unsafe, P3 style.
"""

from ...models.findings import Severity
from . import contract, documents, exceptions, modules, network, security, shapes, stubs
from .rule import ANY, DRIVER, OUTSIDE, PACKAGE, FileRule, ProjectRule, Rule

SYNTAX_SEVERITY: dict[str, Severity] = {
    "syntax-error": "P0",
    "left-over-fence": "P0",
    "too-deeply-nested": "P0",
    "invalid-source": "P0",
    "too-large": "P0",
    "nul-bytes": "P0",
    "binary": "P0",
    "encoding": "P0",
    "empty-file": "P1",
}
"""Findings of reading and parsing, before any rule."""

RULES: tuple[Rule, ...] = (
    ProjectRule("invalid-json", "P1", documents.broken_json, partial=True),
    ProjectRule("invalid-toml", "P0", documents.broken_toml, partial=True),
    ProjectRule("invalid-yaml", "P2", documents.broken_yaml, partial=True),
    ProjectRule("missing-module", "P0", contract.missing_files("run")),
    ProjectRule("missing-file", "P1", contract.missing_files("contract")),
    ProjectRule("missing-comfort", "P2", contract.missing_files("comfort")),
    ProjectRule("missing-record", "P3", contract.missing_files("record")),
    FileRule("import-unresolved", "P0", modules.unresolved_imports, PACKAGE),
    FileRule("import-unresolved-outside", "P1", modules.unresolved_imports, OUTSIDE),
    FileRule("import-not-allowed", "P1", modules.foreign_imports, DRIVER),
    FileRule("import-unsafe", "P2", modules.unsafe_imports, PACKAGE),
    FileRule("missing-export", "P1", modules.missing_exports, ANY),
    ProjectRule("circular-import", "P0", modules.circular_imports),
    ProjectRule("contract-driver-class", "P1", contract.driver_class),
    ProjectRule("contract-class-not-exported", "P1", contract.class_exported),
    ProjectRule("contract-missing-method", "P1", contract.missing_methods, partial=True),
    ProjectRule("contract-async-method", "P1", contract.async_methods, partial=True),
    ProjectRule("contract-signature", "P1", contract.signatures, partial=True),
    ProjectRule("contract-returns", "P1", contract.returns, partial=True),
    ProjectRule("contract-returns-unstated", "P3", contract.returns_stated, partial=True),
    ProjectRule("contract-stub", "P1", stubs.stub_methods, partial=True),
    ProjectRule("list-objects-shape", "P1", shapes.list_objects_shape, partial=True),
    FileRule("stub-function", "P2", stubs.stub_functions, PACKAGE),
    FileRule("placeholder-comment", "P2", stubs.placeholder_comments, DRIVER),
    FileRule("elided-code", "P1", stubs.elided_code, DRIVER),
    ProjectRule("exception-missing", "P1", exceptions.missing_exceptions),
    ProjectRule("exception-base", "P1", exceptions.wrong_base),
    ProjectRule("exception-arguments", "P1", exceptions.driver_error_arguments),
    ProjectRule("exception-second-hierarchy", "P1", exceptions.second_hierarchy),
    FileRule("exception-outside-tree", "P2", exceptions.outside_the_tree, PACKAGE),
    FileRule("exception-bare-raise", "P2", exceptions.bare_raises, PACKAGE),
    FileRule("network-at-import", "P1", network.network_at_import, PACKAGE),
    ProjectRule("network-at-construction", "P1", network.network_at_construction, partial=True),
    FileRule("no-timeout", "P2", network.no_timeout, PACKAGE),
    ProjectRule("ignored-argument", "P1", network.ignored_arguments, partial=True),
    FileRule("endless-loop", "P1", network.endless_loops, PACKAGE),
    FileRule("literal-key", "P2", security.literal_keys, ANY),
    FileRule("literal-credential", "P2", security.literal_credentials, ("package", "example")),
    FileRule("tls-off", "P2", security.tls_off, ANY),
    FileRule("dynamic-code", "P2", security.dynamic_code, DRIVER),
    FileRule("shell-command", "P2", security.shell_commands, PACKAGE),
    FileRule("secret-in-message", "P2", security.secrets_in_messages, PACKAGE),
    FileRule("swallowed-error", "P2", security.swallowed_errors, PACKAGE),
    ProjectRule("project-dependencies", "P1", documents.project_dependencies),
    ProjectRule("snippet-syntax", "P2", documents.snippet_syntax, partial=True),
    ProjectRule("other-language", "P2", documents.other_language),
)
