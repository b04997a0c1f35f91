"""A profile of one operation, so that detectors can look at an answer of which no profile exists yet."""

from ...facts.answer import Answer
from ...facts.detectors.case import Case, Given
from ...models.profile import ApiProfile, DescriptionSource, Evidence, ObjectProfile, OperationProfile


def case_of(answer: Answer, *, name: str, base_url: str, given: Given | None = None) -> Case:
    """One answer to one GET, as a detector sees it: nothing is known but where it came from."""
    evidence = Evidence(pointer="#", known_by="observed")
    operation = OperationProfile(
        name="get", method="GET", path=answer.target.partition("?")[0] or "/", evidence=evidence
    )
    described = ObjectProfile(name=name, operations={"read": "get"}, evidence=evidence)
    source = DescriptionSource(location=base_url, format="", sha256="", size=0)
    profile = ApiProfile(
        api_name=name, source=source, base_url=base_url, objects={name: described}, operations={"get": operation}
    )
    return Case(profile, name, (answer,), given=given)
