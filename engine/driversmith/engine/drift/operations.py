"""One operation compared with what it was."""

from collections.abc import Collection, Iterator, Mapping

from ..models.drift import Change, ChangeKind, Impact
from ..models.profile import BodyProfile, FieldProfile, OperationProfile, ParameterProfile

_Key = tuple[str, str]
_PLACE = tuple(
    name
    for name in OperationProfile.model_fields
    if name
    not in {
        "name",
        "operation_id",
        "summary",
        "description",
        "parameters",
        "body",
        "response",
        "only_reads",
        "security",
        "deprecated",
        "evidence",
    }
)
"""All that says where an operation is asked."""


def operation_changes(
    before: OperationProfile, after: OperationProfile, *, filled: Collection[str] = ()
) -> Iterator[Change]:
    """What changed about an operation but for its name; of the parameters that are `filled`, the paging tells."""
    subject = before.signature
    if any(getattr(before, name) != getattr(after, name) for name in _PLACE):
        told = f"moved to {after.signature}" if subject != after.signature else "moved to another path of the API"
        yield _of("operation_moved", "breaking", subject, f"{subject} {told}.")
    if after.deprecated and not before.deprecated:
        yield _of("operation_deprecated", "told", subject, f"{subject} is deprecated.")
    yield from _parameters(before, after, filled)
    yield from _body(subject, before.body, after.body)
    if before.response.kind != after.response.kind and before.response.kind and after.response.kind:
        told = f"{subject} answers with {after.response.media_type}, and did with {before.response.media_type}."
        yield _of("response_changed", "breaking", subject, told)


def spelled_type(field: FieldProfile | ParameterProfile) -> str:
    """`array of string`: a type in words."""
    return f"array of {field.items}" if field.type == "array" and field.items else field.type


def _of(kind: ChangeKind, impact: Impact, subject: str, message: str) -> Change:
    return Change(kind=kind, impact=impact, subject=subject, message=message)


def _parameters(before: OperationProfile, after: OperationProfile, filled: Collection[str]) -> Iterator[Change]:
    old: Mapping[_Key, ParameterProfile] = {(p.location, p.name): p for p in before.parameters}
    new: Mapping[_Key, ParameterProfile] = {(p.location, p.name): p for p in after.parameters}
    subject, moved = before.signature, before.path != after.path
    for key, parameter in old.items():
        if parameter.name in filled and key not in new:
            continue
        if key in new:
            yield from _parameter(subject, parameter, new[key])
        elif not (moved and parameter.location == "path"):
            elsewhere = next((p for p in after.parameters if p.name == parameter.name), None)
            told = f"goes in the {elsewhere.location}" if elsewhere else "is gone"
            yield _of("parameter_removed", "breaking", subject, f"Parameter {parameter.name} of {subject} {told}.")
    for key, parameter in new.items():
        if key in old or (moved and parameter.location == "path"):
            continue
        if parameter.must_be_given:
            told = f"{subject} needs a new parameter {parameter.name} ({parameter.location})."
            yield _of("parameter_required", "breaking", subject, told)
        elif parameter.fallback is not None:
            told = f"{subject} needs a new parameter {parameter.name}, always the same."
            yield _of("parameter_required", "breaking", subject, told)
        else:
            yield _of("parameter_added", "told", subject, f"{subject} takes a parameter {parameter.name} now.")


def _parameter(subject: str, old: ParameterProfile, new: ParameterProfile) -> Iterator[Change]:
    name = f"Parameter {old.name} of {subject}"
    if new.must_be_given and not old.must_be_given:
        yield _of("parameter_required", "breaking", subject, f"{name} must be given now.")
    elif old.must_be_given and not new.must_be_given:
        yield _of("parameter_changed", "harmless", subject, f"{name} may be left out now.")
    yield from _type("parameter_changed", subject, name, old, new)
    if (old.style, old.explode, old.json_encoded) != (new.style, new.explode, new.json_encoded):
        yield _of("parameter_changed", "breaking", subject, f"{name} is written in another style.")
    if _takes_fewer(old, new):
        yield _of("enum_changed", "breaking", subject, f"{name} takes fewer values than before.")
    elif set(map(str, old.enum)) != set(map(str, new.enum)):
        yield _of("enum_changed", "harmless", subject, f"{name} takes more values than before.")


_Sent = FieldProfile | ParameterProfile
"""What a caller gives."""


def _type(kind: ChangeKind, subject: str, name: str, old: _Sent, new: _Sent) -> Iterator[Change]:
    if spelled_type(old) != spelled_type(new):
        wider = new.type == "any" or (old.type, new.type) == ("integer", "number")
        told = f"{name} is {spelled_type(new)}, and was {spelled_type(old)}."
        yield _of(kind, "harmless" if wider else "breaking", subject, told)


def _takes_fewer(old: _Sent, new: _Sent) -> bool:
    """Whether a value that was taken before may be refused."""
    before, after = set(map(str, old.enum)), set(map(str, new.enum))
    return bool(after) and (not before or bool(before - after))


def _body(subject: str, old: BodyProfile | None, new: BodyProfile | None) -> Iterator[Change]:
    if old is None or new is None:
        if new is not None and (new.required or new.fixed):
            yield _of("body_changed", "breaking", subject, f"{subject} needs a body now.")
        elif new is not None:
            yield _of("body_changed", "told", subject, f"{subject} takes a body now.")
        elif old is not None:
            yield _of("body_changed", "breaking", subject, f"{subject} takes no body any more.")
        return
    if (old.kind, old.media_type) != (new.kind, new.media_type):
        told = f"The body of {subject} is sent as {new.media_type}, and was as {old.media_type}."
        yield _of("body_changed", "breaking", subject, told)
    if old.fixed != new.fixed:
        yield _of("body_changed", "breaking", subject, f"What the body of {subject} always holds is another.")
    for key in dict.fromkeys((*old.fields, *new.fields)):
        was, now = old.fields.get(key), new.fields.get(key)
        if was is None and now is not None:
            impact: Impact = "breaking" if now.required else "told"
            needs = "needs" if now.required else "takes"
            yield _of("body_changed", impact, subject, f"The body of {subject} {needs} a field {key} now.")
        elif was is not None and now is None:
            yield _of("body_changed", "breaking", subject, f"The body of {subject} has no field {key} any more.")
        elif was is not None and now is not None:
            yield from _body_field(subject, key, was, now)


def _body_field(subject: str, key: str, was: FieldProfile, now: FieldProfile) -> Iterator[Change]:
    name = f"{key} in the body of {subject}"
    if now.required and not was.required:
        yield _of("body_changed", "breaking", subject, f"{name} must be given now.")
    yield from _type("body_changed", subject, name, was, now)
    if _takes_fewer(was, now):
        yield _of("enum_changed", "breaking", subject, f"{name} takes fewer values than before.")
