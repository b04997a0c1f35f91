"""What reads of an API showed before is tried again for whom it was shown, and for nobody else."""

from driversmith.engine.journal.port import Journal
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.models.profile import ApiProfile, DescriptionSource
from driversmith.engine.models.session import GenerateRequest
from driversmith.engine.supervision.healing import live_faults
from driversmith.engine.supervision.healing.live_faults import remembered

SOURCE = DescriptionSource(location="x", format="OpenAPI 3.1.0", sha256="0", size=1)
PROFILE = ApiProfile(api_name="Pets", base_url="https://pets.example/v1", source=SOURCE)
ELSEWHERE = ApiProfile(api_name="Pets", base_url="https://other.example/v1", source=SOURCE)
RECORDS = Correction(fact="/objects/pets/records", value={"record_path": ["data"]}, because="They stand there.")


async def _helped(journal: Journal, principal: Principal, helped: bool) -> None:
    request = GenerateRequest(api_name="Pets", api_url="https://pets.example", output_dir="/drivers")
    path = f"/drivers/{principal.folder}"
    record, _ = await journal.create_session(request, key=principal.name, project_path=path, principal=principal)
    diagnosis = Diagnosis(
        error_type="api",
        fault_kind="records_elsewhere",
        root_cause="They stand there.",
        can_fix=True,
        fix_strategy="prompt_adjustment",
        fix_description="",
        confidence=1.0,
        corrections=(RECORDS,),
    )
    key = live_faults._key(PROFILE)  # pyright: ignore[reportPrivateUsage]
    number = await journal.add_diagnosis(record.session_id, diagnosis, fingerprint=key)
    await journal.set_helped(number, helped)


async def test_what_helped_is_remembered_for_whom_it_helped(journal: Journal) -> None:
    alice, bob = Principal.of_token("alice"), Principal.of_token("bob")
    await _helped(journal, alice, True)
    await _helped(journal, bob, False)
    assert await remembered(journal, PROFILE, alice) == (RECORDS,)
    assert await remembered(journal, PROFILE, bob) == ()
    assert await remembered(journal, PROFILE, LOCAL) == ()
    assert await remembered(journal, ELSEWHERE, alice) == ()
