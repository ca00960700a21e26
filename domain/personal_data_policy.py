"""The policy data of personal data: who may have people erased, on what ground, what must be kept first."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FilePart = Literal["employee", "talent", "documents", "rank-promotion"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ErasureGround(_Part):
    """Why a person may be erased. With `retention_binds` no duty to keep may stand against it any more;
    `subject_may_ask` lets the person ask for it themself.
    """

    name_id: str
    name_en: str
    retention_binds: bool
    subject_may_ask: bool = False
    citation: str
    doubt: str | None = None


class RetentionRule(_Part):
    """What has to be kept of whom. `serving`: as long as they serve; `left` and `candidate`: for `keep_years`
    from the last entry in their register.
    """

    of: Literal["serving", "left", "candidate"]
    keep_years: int | None = Field(default=None, ge=0)
    name_id: str
    name_en: str
    citation: str
    doubt: str | None = None


class AccessRules(_Part):
    """What of somebody's file is shown only for a purpose that the reader states, and recorded before it is
    shown; and who may hand out a copy of everything held about a person.
    """

    purpose_required: tuple[FilePart, ...] = ()
    copies_by: tuple[str, ...]
    citation: str
    doubt: str | None = None


class PersonalDataRules(_Part):
    """Who asks, who consents, on what grounds, and what is kept. `serving_statuses` are the codes of
    *kedudukan hukum* of people in service; `process_viewers` may open what processes were told.
    """

    requested_by: tuple[str, ...]
    approved_by: tuple[str, ...]
    grounds: dict[str, ErasureGround]
    retention: dict[str, RetentionRule]
    serving_statuses: tuple[str, ...]
    process_viewers: tuple[str, ...]
    access: AccessRules
    citation: str
    doubt: str | None = None
