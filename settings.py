"""What can be set from outside, read once at the edge: environment variables `JENJANG_…`."""

from __future__ import annotations

import json
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url

from integrations.guarded_call import Guard
from ledger.database import sqlite_url


class Settings(BaseSettings):
    """Every setting, its meaning and its default; `docs/operations.md` lists them for operators."""

    model_config = SettingsConfigDict(env_prefix="JENJANG_", extra="ignore")

    data: Path = Field(default=Path("var"), description="folder of database, documents, keys and run state")
    keys: Path | None = Field(
        default=None, description="folder of the signing and sealing keys; default DATA/keys"
    )
    agency: str = Field(default="kota-serang", description="agency id: folder of policies, name of the log")
    database_url: str | None = Field(default=None, description="default: SQLite in DATA/jenjang.db")
    database_password_file: Path | None = Field(default=None, description="file with the database password")
    host: str = Field(default="127.0.0.1", description="address the API listens on")
    port: int = Field(default=8000, description="port of the API")
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="addresses and networks, by commas, of the reverse proxies that are believed who asks",
    )
    temporal_address: str | None = Field(default=None, description="host:port; default: the one `up` started")
    temporal_namespace: str = Field(default="default", description="Temporal namespace")
    temporal_ui_origin: str | None = Field(
        default=None, description="origin of Temporal's pages that may ask the codec server; default: none"
    )
    temporal_binary: Path | None = Field(default=None, description="Temporal CLI for the development server")
    task_queue: str = Field(default="jenjang", description="Temporal task queue of the workers")
    worker_health_port: int | None = Field(default=None, description="port of the worker's health endpoint")
    session_hours: int = Field(default=12, ge=1, le=168, description="hours until a sign-in ends")
    document_limit_mb: int = Field(default=10, ge=1, le=100, description="largest uploaded document, MiB")
    s3_bucket: str | None = Field(default=None, description="bucket of documents; default: DATA/documents")
    s3_endpoint: str | None = Field(default=None, description="URL of the S3 service; default: that of AWS")
    s3_region: str = Field(default="us-east-1", description="region of the bucket")
    s3_access_key_file: Path | None = Field(default=None, description="file with the access key's id")
    s3_secret_key_file: Path | None = Field(default=None, description="file with the secret access key")
    s3_ca_file: Path | None = Field(default=None, description="PEM of the private CA of the S3 service")
    witness_policy: Path | None = Field(
        default=None, description="file of witnesses with their addresses and the quorum (C2SP tlog-policy)"
    )
    publish_every_minutes: int = Field(
        default=60, ge=1, le=1440, description="how often a checkpoint is cosigned, recorded and sent out"
    )
    publish_folder: Path | None = Field(default=None, description="folder for published checkpoints")
    publish_url: str | None = Field(default=None, description="address that published checkpoints go to")
    publish_mail_to: str | None = Field(default=None, description="mailbox for published checkpoints")
    timestamp_url: str | None = Field(default=None, description="timestamp authority (RFC 3161 over HTTP)")
    smtp_host: str | None = Field(default=None, description="mail server")
    smtp_port: int = Field(default=25, ge=1, le=65535, description="port of the mail server")
    smtp_sender: str = Field(default="jenjang@localhost", description="sender of the system's mail")
    smtp_starttls: bool = Field(default=False, description="encrypt the connection to the mail server")
    smtp_user: str | None = Field(default=None, description="login at the mail server")
    smtp_password_file: Path | None = Field(default=None, description="file with the mail password")
    openid_issuer: str | None = Field(
        default=None, description="issuer of the OpenID provider that may sign people in; default: none"
    )
    openid_client_id: str | None = Field(default=None, description="this installation's client id there")
    openid_client_secret_file: Path | None = Field(
        default=None, description="file with the client secret; without one a public client"
    )
    openid_scopes: str = Field(default="openid", description="scopes that are asked for, by spaces")
    openid_nip_claim: str = Field(default="nip", description="claim of the ID token that holds the NIP")
    openid_required: str | None = Field(
        default=None, description="claim=value without which nobody is let in, such as groups=asn"
    )
    openid_label: str = Field(default="SSO", max_length=40, description="what the provider is called")
    openid_ca_file: Path | None = Field(
        default=None, description="PEM of the CAs that the provider is trusted by; default: the public ones"
    )
    public_url: str | None = Field(
        default=None, description="address of the pages in links to them; default: http://HOST:PORT"
    )
    notification_channels: Path | None = Field(
        default=None, description="YAML file of channels besides mail by which people are told what waits"
    )
    siasn_mode: Literal["training", "production"] | None = Field(
        default=None, description="which SIASN outcomes are written to; default: officers do it by hand"
    )
    siasn_origin: str | None = Field(
        default=None, description="https address before all of SIASN's paths (a proxy); default: BKN's own"
    )
    siasn_codes: Path | None = Field(
        default=None, description="YAML file: SIASN's ids of the agency, its units and its posts"
    )
    siasn_consumer_key_file: Path | None = Field(default=None, description="file with the APIM consumer key")
    siasn_consumer_secret_file: Path | None = Field(
        default=None, description="file with the APIM consumer secret"
    )
    siasn_sso_token_file: Path | None = Field(
        default=None, description="file with a pasted SSO token; else the three below sign in"
    )
    siasn_sso_client_id: str | None = Field(default=None, description="client id at SIASN's SSO")
    siasn_sso_username_file: Path | None = Field(default=None, description="file with the SSO user name")
    siasn_sso_password_file: Path | None = Field(default=None, description="file with the SSO password")
    siasn_ca_file: Path | None = Field(default=None, description="PEM of the CAs that SIASN is trusted by")
    siasn_seconds: float = Field(default=30.0, gt=0, le=120, description="how long an answer is waited for")
    siasn_talent_mapping: bool = Field(default=False, description="let boxes of talent be told to SIASN")
    webhook_private_hosts: str = Field(
        default="",
        description="hosts, by commas, that webhooks may call at private addresses, also by http",
    )
    webhook_ca_file: Path | None = Field(
        default=None, description="PEM of private CAs that receivers of webhooks are trusted by as well"
    )
    webhook_seconds: float = Field(
        default=15.0, gt=0, le=30, description="how long a receiver of webhooks may take in all"
    )
    webhook_retry_seconds: float = Field(
        default=5.0,
        gt=0,
        le=3600,
        description="first pause after a failed delivery; each next is thrice as long",
    )
    webhook_give_up_hours: int = Field(
        default=72, ge=1, le=720, description="how long a receiver may fail until its webhook is paused"
    )
    key_requests_per_minute: int = Field(
        default=60_000,
        ge=1,
        le=1_000_000,
        description="requests a minute of an API key that has no limit of its own",
    )
    batch_limit_mb: int = Field(default=20, ge=1, le=100, description="largest batch of requests, MiB")
    batch_rows: int = Field(default=100_000, ge=1, le=1_000_000, description="most rows of one batch")
    decree_signing: Literal["software", "pkcs11", "bsre", "none"] = Field(
        default="software", description="where the key is that signs decrees; none: they are not made"
    )
    decree_key_file: Path | None = Field(
        default=None, description="PEM of the signing key; default: one of its own in the keys folder"
    )
    decree_certificate_file: Path | None = Field(
        default=None, description="PEM of the signer's certificate, then its issuers'"
    )
    decree_key_password_file: Path | None = Field(default=None, description="file with the key's password")
    decree_token_library: Path | None = Field(default=None, description="PKCS#11 library of the token")
    decree_token: str | None = Field(default=None, description="label of the token")
    decree_token_key: str | None = Field(default=None, description="label of key and certificate in it")
    decree_token_pin_file: Path | None = Field(default=None, description="file with the token's PIN")
    decree_bsre_url: str | None = Field(default=None, description="origin of BSrE's e-sign client service")
    decree_bsre_user: str | None = Field(default=None, description="login at that service")
    decree_bsre_password_file: Path | None = Field(default=None, description="file with its password")
    decree_bsre_nik_file: Path | None = Field(default=None, description="file with the signatory's NIK")
    decree_bsre_passphrase_file: Path | None = Field(
        default=None, description="file with the passphrase of the signatory's certificate"
    )
    decree_bsre_ca_file: Path | None = Field(default=None, description="PEM of the CA of that service")
    simulation_seconds: int = Field(
        default=60, ge=1, le=600, description="seconds until the API ends a simulation of a policy"
    )
    log_level: str = Field(default="INFO", description="Python log level")

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(
            r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?", value
        ):
            raise ValueError("an http or https address without query")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for each in value.split(","):
            ip_network(each.strip())
        return value

    @property
    def keys_folder(self) -> Path:
        return self.keys or self.data / "keys"

    @property
    def reads_folder(self) -> Path:
        """Reads of personal data that were answered and are not recorded yet; surrogate ids only."""
        return self.data / "reads"

    @property
    def pages_address(self) -> str:
        """Where people find the pages, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def codec_keys(self) -> Path:
        """The file of the keys under which Temporal is told anything."""
        return self.keys_folder / "temporal.keys"

    @property
    def webhook_guard(self) -> Guard:
        """Where webhooks may be sent."""
        hosts = (host.strip().lower() for host in self.webhook_private_hosts.split(","))
        return Guard(frozenset(filter(None, hosts)), self.webhook_ca_file, self.webhook_seconds)

    @property
    def temporal_target(self) -> str:
        """host:port of Temporal: as set, else the server that `up` runs on this data folder."""
        if self.temporal_address is not None:
            return self.temporal_address
        try:
            state = json.loads((self.data / "run.json").read_text(encoding="utf-8"))
            return str(state["temporal_address"])
        except (OSError, ValueError, KeyError):
            return "127.0.0.1:7233"

    @property
    def database(self) -> URL:
        """The database's URL, with the password from its file where one is set."""
        if self.database_url is None:
            return make_url(sqlite_url(self.data / "jenjang.db"))
        url = make_url(self.database_url)
        if self.database_password_file is not None:
            url = url.set(password=self.database_password_file.read_text(encoding="utf-8").strip())
        return url
