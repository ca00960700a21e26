"""An S3 service of another make on this machine: HTTP, signatures and permissions are checked by it."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import boto3
import httpx2 as httpx

from installation import document_store_of
from integrations.object_store import ObjectStore
from settings import Settings

BUCKET = "dokumen"
REGION = "ap-southeast-3"
# What the program needs, and no more; deleting is for the documents of erased people.
ALLOWED = ["s3:PutObject", "s3:GetObject", "s3:ListBucket", "s3:DeleteObject"]


class S3Service:
    """One running service with an empty bucket and the program's own key to it."""

    def __init__(self, endpoint: str, folder: Path) -> None:
        self.endpoint = endpoint
        self._folder = folder
        self._post("reset")
        self._post("reset-auth", b"inf")
        self._root = {"aws_access_key_id": "root", "aws_secret_access_key": "root", "region_name": REGION}
        self._s3 = boto3.client("s3", endpoint_url=self.endpoint, **self._root)
        self._s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        key = self._key_of("jenjang", ALLOWED)
        root = self._key_of("administrator", ["s3:*"])
        self._s3 = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=root["AccessKeyId"],
            aws_secret_access_key=root["SecretAccessKey"],
            region_name=REGION,
        )
        self.access_key, self.secret_key = key["AccessKeyId"], key["SecretAccessKey"]
        # From here on everybody has to sign in.
        self._post("reset-auth", b"0")

    def settings(self, **changes: Any) -> Settings:
        """Settings of an installation that keeps its documents here."""
        files = {}
        for name, value in (("access", self.access_key), ("secret", self.secret_key)):
            files[name] = self._folder / f"{name}-{uuid.uuid4().hex}"
            files[name].write_text(f"{value}\n", encoding="utf-8")
        values: dict[str, Any] = {
            "data": self._folder,
            "s3_bucket": BUCKET,
            "s3_endpoint": self.endpoint,
            "s3_region": REGION,
            "s3_access_key_file": files["access"],
            "s3_secret_key_file": files["secret"],
        }
        return Settings(**(values | changes))

    def store(self) -> ObjectStore:
        return document_store_of(self.settings())

    def names(self, bucket: str) -> list[str]:
        return [item["Key"] for item in self._s3.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def put_behind_our_back(self, name: str, content: bytes) -> None:
        self._s3.put_object(Bucket=BUCKET, Key=name, Body=content)

    def remove_behind_our_back(self, name: str) -> None:
        self._s3.delete_object(Bucket=BUCKET, Key=name)

    def _key_of(self, user: str, actions: list[str]) -> dict[str, str]:
        iam = boto3.client("iam", endpoint_url=self.endpoint, **self._root)
        iam.create_user(UserName=user)
        statement = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.put_user_policy(UserName=user, PolicyName="documents", PolicyDocument=document)
        found: dict[str, str] = iam.create_access_key(UserName=user)["AccessKey"]
        return found

    def _post(self, what: str, content: bytes = b"") -> None:
        headers = {"Content-Type": "text/plain"}
        answer = httpx.post(f"{self.endpoint}/moto-api/{what}", content=content, headers=headers)
        assert answer.status_code == 200, answer.text
