"""Principals are told apart, whatever their names are."""

from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.models.session import GenerateRequest, SessionRecord

ISSUER = "https://issuer.example"


def test_no_two_of_them_are_spelled_alike() -> None:
    known = [
        LOCAL,
        Principal.of_token("local"),
        Principal.of_token("alice"),
        Principal.of_token("Alice"),
        Principal.of_oauth(ISSUER, subject="alice", client_id="desktop"),
        Principal.of_oauth(ISSUER, subject=None, client_id="alice"),
        Principal.of_oauth(f"{ISSUER}/2", subject="alice", client_id="desktop"),
        Principal.of_oauth(ISSUER, subject="x" * 600 + "a", client_id=""),
        Principal.of_oauth(ISSUER, subject="x" * 600 + "b", client_id=""),
    ]
    assert len({principal.name for principal in known}) == len(known)
    assert len({principal.folder.lower() for principal in known}) == len(known)


def test_the_clients_of_one_user_share_what_is_theirs() -> None:
    desktop, code = (Principal.of_oauth(ISSUER, subject="alice", client_id=client) for client in ("desktop", "code"))
    assert desktop == code and hash(desktop) == hash(code)


def test_a_folder_is_a_plain_name() -> None:
    for name in ("../../etc", "a/b\\c", ".", "con", "ü" * 100, "a b\n"):
        folder = Principal.of_oauth(ISSUER, subject=name, client_id="").folder
        assert folder.replace("-", "").isalnum() and folder.isascii() and len(folder) < 64


def test_a_session_of_an_earlier_version_is_the_local_users() -> None:
    request = GenerateRequest(api_name="Pets", api_url="https://pets.example", output_dir="/d")
    times = {"created_at": "2026", "updated_at": "2026"}
    record = SessionRecord(session_id="s", key="k", request=request, status="queued", project_path="/d/p", **times)
    assert record.principal == LOCAL and record.model_dump(mode="json")["principal"] == "local"
