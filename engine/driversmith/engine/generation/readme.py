"""What README.md of a driver shows in its tables."""

from typing import Any

from ..contract.naming import DriverNames
from ..models.facts import KnownBy
from ..models.profile import ApiProfile, AuthScheme, ObjectProfile
from .markup import code
from .parameters import required
from .sample import Sample
from .servers import other_servers
from .source import import_names, literal, shorten
from .tables import environment, token_url

MAX_OPERATIONS = 40
"""With more operations beside those of objects, README does not list them."""


def readme_values(profile: ApiProfile, names: DriverNames, found: Sample) -> dict[str, Any]:
    """Variables of the template."""
    of_objects = {name for o in profile.objects.values() for name in o.operations.values()}
    demanded = required(profile)
    others = [o for name, o in profile.operations.items() if name not in of_objects]
    return {
        "title": profile.title if profile.title != profile.api_name else "",
        "version": profile.version,
        "description": shorten(profile.description, 400),
        "quick_start": _quick_start(profile, names, found),
        "credential_rows": [
            {"argument": c.argument, "env": c.env, "wire": _wire(scheme)}
            for scheme in profile.auth
            for c in scheme.credentials
        ],
        "token_url": token_url(profile),
        "object_rows": [_object_row(name, o, demanded[name]) for name, o in profile.objects.items()],
        "operation_rows": [
            {"name": o.name, "signature": o.signature, "summary": shorten(o.summary, 80)}
            for o in (others if len(others) <= MAX_OPERATIONS else ())
        ],
        "operation_count": len(profile.operations),
        "rate_limit": profile.rate_limit,
        "manners": _manners(profile),
        "skipped_rows": [
            {"operation": s.operation, "reason": s.reason, "detail": shorten(s.detail, 160)}
            for s in profile.skipped
            if s.reason != "not_selected"
        ],
        "not_selected": sum(s.reason == "not_selected" for s in profile.skipped) + profile.not_listed,
        "other_servers": [{"url": s.url, "description": shorten(s.description, 120)} for s in other_servers(profile)],
        "warnings": [shorten(w, 300) for w in profile.warnings],
        "otherwise": {known: _otherwise(profile, known) for known in ("observed", "quoted", "stated")},
    }


def _manners(profile: ApiProfile) -> list[str]:
    """What holds for every request and answer, a sentence each."""
    signs = profile.rate_limit_signs
    lines = [f"Every request carries the header {code(f'{name}: {text}')}." for name, text in profile.headers.items()]
    if profile.error_path:
        lines.append(
            f"An error at {code('.'.join(profile.error_path))} of an answer is raised, though its status is good."
        )
    if signs.statuses:
        statuses = ", ".join(map(str, signs.statuses))
        lines.append(f"Beside 429, too many requests are told by status {statuses}.")
    if signs.header:
        lines.append(f"How many seconds to wait then stands in the header {code(signs.header)}.")
    return lines


def _quick_start(profile: ApiProfile, names: DriverNames, found: Sample) -> str:
    variables = [v for argument, v in environment(profile, names).items() if argument not in ("base_url", "token_url")]
    lines = [import_names(names.package, [names.class_name]), ""]
    if variables:
        lines.append(f"# reads {', '.join(variables[:3])}")
    lines.append(f"with {names.class_name}.from_env() as driver:")
    if found.object_name:
        lines += [
            f"    for record in {literal(found.read(limit=5), indent=4, column=18, trailing=1)}:",
            "        print(record)",
        ]
    elif found.operation:
        lines += [f"    answer = {literal(found.call(), indent=4, column=13)}", "    print(answer)"]
    else:
        lines += ['    print(driver.call_endpoint("GET", "/"))']
    return "\n".join(lines)


def _wire(scheme: AuthScheme) -> str:
    if scheme.kind == "basic":
        return "`Authorization: Basic ...`"
    if scheme.kind == "oauth2_client_credentials":
        return "to the token URL; then `Authorization: Bearer ...`"
    prefix = scheme.sent_prefix.strip()
    place = {"header": "header", "query": "query parameter", "cookie": "cookie"}[scheme.location]
    return f"{place} {code(scheme.parameter)}" + (f", after {code(prefix)}" if prefix else "")


def _object_row(name: str, profile_object: ObjectProfile, demanded: list[str]) -> dict[str, str]:
    operations = profile_object.operations
    verbs = [
        v
        for v in ("read", "create", "update", "delete")
        if v in operations or (v == "read" and "read_one" in operations)
    ]
    return {
        "name": name,
        "verbs": ", ".join(verbs),
        "demanded": ", ".join(code(argument) for argument in demanded),
        "paging": profile_object.pagination.style.replace("_", " "),
    }


def _otherwise(profile: ApiProfile, known_by: KnownBy) -> list[str]:
    """Why facts are otherwise than described, a sentence each: those that are known in this way."""
    found = list(profile.facts_evidence.values())
    if known_by != "observed":  # what answered as it is described is no difference
        objects = profile.objects.values()
        found += [operation.evidence for operation in profile.operations.values()]
        found += [scheme.evidence for scheme in profile.auth]
        found += [evidence for described in objects if (evidence := described.records_evidence)]
        found += [evidence for described in objects if (evidence := described.pagination.evidence)]
    return [shorten(w, 300) for w in dict.fromkeys(e.rule for e in found if e.known_by == known_by and e.rule)]
