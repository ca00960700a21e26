"""The log's key is changed by the command line, and the settings say where checkpoints go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from integrations.payload_codec import load_or_create_keys
from operations.outside import outside_of
from proofs.cosignature import witness_key
from proofs.errors import MalformedPolicy
from proofs.keys import Signer
from settings import Settings
from tests.witness.conftest import jenjang


def test_a_rotation_and_a_replacement_by_the_command_line(tmp_path: Path) -> None:
    data = ("--data", tmp_path)
    assert jenjang("migrate", *data).returncode == 0
    first = jenjang("audit-key", *data).stdout.strip()
    early = jenjang("key", "retire", *data)
    assert (early.returncode, early.stderr.count("\n")) == (2, 1)
    rotated = json.loads(jenjang("key", "rotate", *data, "--json").stdout)
    assert (rotated["done"], rotated["previous"]) == ("announced", first)
    assert jenjang("audit-key", *data).stdout.split() == [rotated["key"], first]
    retired = jenjang("key", "retire", *data)
    assert retired.returncode == 0
    assert rotated["key"] in retired.stdout
    replaced = json.loads(jenjang("key", "replace", "--why", "stolen", *data, "--json").stdout)
    assert (replaced["previous"], replaced["in_force"]) == (rotated["key"], [replaced["key"]])
    assert jenjang("audit-key", *data).stdout.split() == [replaced["key"]]
    verified = jenjang("verify", *data, "--json")
    assert (verified.returncode, json.loads(verified.stdout)["findings"]) == (0, [])
    keys = sorted((tmp_path / "keys").glob("*.key"))
    assert len(keys) == 4, "three of the log, and the sealing key"
    assert {path.stat().st_mode & 0o077 for path in keys} == {0}


def test_a_lost_first_key_can_be_replaced_by_the_command_line(tmp_path: Path) -> None:
    data = ("--data", tmp_path)
    assert jenjang("migrate", *data).returncode == 0
    (tmp_path / "keys" / "log.key").unlink()
    refused = jenjang("migrate", *data)
    assert refused.returncode == 2
    assert "is missing" in refused.stderr
    assert jenjang("key", "replace", "--why", "lost", *data).returncode == 0
    assert jenjang("migrate", *data).returncode == 0
    assert jenjang("verify", *data).returncode == 0


def test_the_codec_s_key_is_rotated_by_the_command_line(tmp_path: Path) -> None:
    file = Settings(data=tmp_path).codec_keys
    before = load_or_create_keys(file)
    rotated = json.loads(jenjang("key", "rotate-codec", "--data", tmp_path, "--json").stdout)
    after = load_or_create_keys(file)
    assert (rotated["done"], rotated["key"]) == ("rotated", after.current)
    assert after.keys == before.keys | {after.current: after.keys[after.current]}
    assert after.current not in before.keys
    assert file.stat().st_mode & 0o077 == 0
    file.chmod(0o644)
    refused = jenjang("key", "rotate-codec", "--data", tmp_path)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "chmod 600" in refused.stderr


def test_the_settings_say_where_checkpoints_go(tmp_path: Path) -> None:
    nowhere = outside_of(Settings(data=tmp_path))
    assert not nowhere.anybody
    saksi = witness_key(Signer("inspektorat.example/saksi", bytes(32)))
    file, secret = tmp_path / "saksi.policy", tmp_path / "smtp"
    file.write_text(f"witness a {saksi} http://127.0.0.1:8010/\nquorum a\n")
    secret.write_text("rahasia\n")
    settings = Settings(
        data=tmp_path,
        witness_policy=file,
        publish_folder=tmp_path / "out",
        publish_mail_to="inspektorat@serangkota.go.id",
        smtp_host="127.0.0.1",
        smtp_user="jenjang",
        smtp_password_file=secret,
    )
    outside = outside_of(settings)
    assert list(outside.witnesses) == ["a"]
    assert outside.destinations == ("folder", "mailbox")
    assert outside.mail_server is not None
    assert outside.mail_server.password == "rahasia"
    assert "rahasia" not in repr(outside)
    with pytest.raises(ValueError, match="JENJANG_SMTP_HOST"):
        outside_of(settings.model_copy(update={"smtp_host": None}))
    elsewhere = settings.model_copy(update={"smtp_host": "mail.serangkota.go.id"})
    with pytest.raises(ValueError, match="JENJANG_SMTP_STARTTLS"):
        outside_of(elsewhere)
    assert outside_of(elsewhere.model_copy(update={"smtp_starttls": True})).mail_server is not None
    file.write_text("quorum nobody\n")
    with pytest.raises(MalformedPolicy):
        outside_of(settings)
