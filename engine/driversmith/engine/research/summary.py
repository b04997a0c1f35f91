"""What a person sees of a profile before anything is written."""

from ..models.profile import ApiProfile, ProfileSummary


def summarise(profile: ApiProfile) -> ProfileSummary:
    """The profile without fields and parameters: servers, credentials, objects with their operations, what was odd."""
    limit = profile.rate_limit
    return ProfileSummary(
        title=profile.title,
        version=profile.version,
        base_url=profile.base_url,
        source=profile.source,
        servers=[server.url for server in profile.servers],
        auth=[
            {
                "scheme": scheme.name,
                "kind": scheme.kind,
                "location": scheme.location,
                "parameter": scheme.parameter,
                "credentials": [credential.argument for credential in scheme.credentials],
                "env": [credential.env for credential in scheme.credentials],
            }
            for scheme in profile.auth
        ],
        objects={
            name: {verb: profile.operations[operation].signature for verb, operation in entry.operations.items()}
            for name, entry in profile.objects.items()
        },
        pagination={name: entry.pagination.style for name, entry in profile.objects.items()},
        operations=len(profile.operations),
        skipped=list(profile.skipped),
        rate_limit=f"{limit.requests} requests in {_span(limit.seconds)}" if limit else None,
        warnings=list(profile.warnings),
    )


def _span(seconds: int) -> str:
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds % length == 0:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} seconds"
