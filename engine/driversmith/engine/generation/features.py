"""What of the templates a profile needs: the rest is left out, so that a driver stays small."""

from typing import Any

from ..models.profile import ApiProfile, form_of
from .record_types import has_nullable, is_typed, record_classes
from .styles import is_reserved, needs_styles, style_of
from .tables import (
    column_kinds,
    filled_by_paging,
    form_of_records,
    has_more,
    has_one_key,
    has_pages,
    has_total,
    pathless,
)


def features(profile: ApiProfile) -> dict[str, bool]:
    """Flags for the templates."""
    operations = profile.operations.values()
    objects = profile.objects.values()
    parameters = [p for o in operations for p in o.parameters]
    bodies = [o.body for o in operations if o.body]
    pagings = [o.pagination for o in objects]
    styles = {p.style for p in pagings}
    places = {p.position_in for p in pagings} - {"query"}
    kinds = {a.kind for a in profile.auth}
    keys = [a for a in profile.auth if a.kind in ("api_key", "bearer")]
    filled = filled_by_paging(profile)
    has_members = any(p.location == "body" for p in parameters) or any(b.argument is None for b in bodies)
    forms = {form_of_records(profile, o) for o in objects} - {None}
    flags: dict[str, Any] = {
        "has_auth": profile.auth,
        "has_one_key": has_one_key(profile),
        "has_basic": "basic" in kinds,
        "has_oauth": "oauth2_client_credentials" in kinds,
        "has_key": keys,
        "has_query_key": any(a.location == "query" for a in keys),
        "has_cookie_key": any(a.location == "cookie" for a in keys),
        "has_cookies": any(p.location == "cookie" for p in parameters),
        "has_required_paging": any(
            p.must_be_given and (p.location, p.name) in filled.get(o.name, ()) for o in operations for p in o.parameters
        ),
        "has_required_body": any(b.required for b in bodies),
        "has_prefix": any(a.prefix or a.kind == "bearer" for a in keys),
        "has_renamed": any(p.location != "path" and p.argument != p.name for p in parameters),
        "has_styles": any(needs_styles(p) for p in parameters) or any(b.written for b in bodies),
        "has_lines_body": any(form_of(b.media_type) == "lines" for b in bodies),
        "has_reserved": any(is_reserved(p) for p in [*parameters, *(p for b in bodies for p in b.written)]),
        "has_written": any(b.written for b in bodies),
        "has_part_types": any(b.part_types for b in bodies),
        "has_path_styles": any(p.location == "path" and style_of(p) for p in parameters),
        "has_defaults": any(p.fallback is not None for p in parameters),
        "has_headers": any(p.location == "header" for p in parameters),
        "has_base_paths": any(o.base_path is not None for o in operations),
        "has_fixed_query": any(o.fixed_query for o in operations),
        "has_form": any(b.kind == "form" for b in bodies),
        "has_json_only": all(b.kind == "json" for b in bodies),
        "has_multipart": any(b.kind == "multipart" for b in bodies),
        "has_paging": styles - {"none"},
        "has_counted": styles & {"page", "offset"},
        "has_uncounted": styles - {"none", "page", "offset"},
        "has_first": any(p.counted for p in pagings),
        "has_cursor": "cursor" in styles,
        "has_alone": any(p.alone for p in pagings),
        "has_after_record": any(o.goes_on_after_record for o in objects),
        "has_link": "link_header" in styles,
        "has_relation": any("next" in o.pagination.next_path[1:-1] for o in objects),
        "has_next_field": "next_url" in styles,
        "has_next_url": styles & {"link_header", "next_url"},
        "has_position": "cursor" in styles or any(p.counted for p in pagings),
        "has_size": any(p.size_parameter or p.short_page_ends for p in pagings),
        "has_short": any(p.short_page_ends is not None for p in pagings),
        "has_more": any(map(has_more, pagings)),
        "has_pages": any(map(has_pages, pagings)),
        "has_last": any(has_more(p) and p.last_path for p in pagings),
        "has_total": any(map(has_total, pagings)),
        "has_total_path": any(has_total(p) and p.total_path for p in pagings),
        "has_total_header": any(has_total(p) and p.total_header for p in pagings),
        "has_next_header": any(p.next_header for p in pagings),
        "has_place": places,
        "has_header_place": "header" in places,
        "has_body_place": "body" in places,
        "has_members": has_members,
        "has_put": has_members or "body" in places,
        "has_asking_posts": any(o.only_reads for o in operations),
        "has_idempotency": any(o.idempotency_key for o in operations),
        "has_safe_posts": any(o.only_reads or o.idempotency_key for o in operations),
        "has_events": any((o.response.media_type or "").startswith("text/event-stream") for o in operations),
        "has_deprecated": any(o.deprecated for o in operations),
        "reads_body": styles & {"cursor", "next_url"}
        or any(has_more(p) or has_total(p) or has_pages(p) for p in pagings),
        "has_map": any(o.shape == "map" for o in objects),
        "has_key_field": any(o.shape == "map" and o.key_field != "key" for o in objects),
        "has_table": any(o.shape == "table" for o in objects),
        "has_rows": forms,
        "has_tables": forms - {"lines"},
        "has_lines": "lines" in forms,
        "has_kinds": any(column_kinds(profile, o) for o in objects),
        "has_columns": any(o.shape == "columns" for o in objects),
        "has_features": any(o.shape == "features" for o in objects),
        "has_other_keys": any(o.other_keys for o in objects),
        "has_inner": any(o.inner_path for o in objects),
        "has_read_one": any("read_one" in o.operations for o in objects),
        "has_keys": any(o.record_path or o.item_path for o in objects),
        "has_item_path": any(o.item_path for o in objects),
        "has_write": any(v in o.operations for o in objects for v in ("create", "update", "delete")),
        "has_pathless": any(pathless(profile, name) for name in profile.objects),
        "is_typed": is_typed(profile),
        "has_types": record_classes(profile),
        "has_nullable": has_nullable(profile),
        "has_constant_headers": profile.headers,
        "has_error_path": profile.error_path,
        "has_untyped": not all(o.fields for o in objects),
    }
    return {name: bool(value) for name, value in flags.items()}
