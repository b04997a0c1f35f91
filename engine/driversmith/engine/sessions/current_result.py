"""A session's result at any time of its life."""

from pathlib import Path

from ..journal.port import Journal
from ..journal.step_names import TEMPLATE_PUBLISHED
from ..models.session import FINISHED, SessionRecord, SupervisedResult


async def as_it_stands(journal: Journal, record: SessionRecord) -> SupervisedResult:
    """The result of a finished session, or what there is so far: where the templates' driver stands, that is said."""
    if record.result is not None and record.result.status == record.status:
        result = record.result
    else:
        result = SupervisedResult(
            session_id=record.session_id, status=record.status, driver_name=Path(record.project_path).name
        )
    if record.status in FINISHED:
        return result
    stored = await journal.step_result(record.session_id, TEMPLATE_PUBLISHED)
    if stored is None:
        return result
    from ..drivers.publish import Publication

    publication = Publication.model_validate(stored)
    note = f"The templates' driver already stands in {record.project_path} and can be used; the model's may replace it."
    return result.model_copy(
        update={
            "output_path": record.project_path,
            "files": list(publication.files),
            "kept_files": list(publication.kept_files),
            "notes": [note, *publication.notes],
        }
    )
