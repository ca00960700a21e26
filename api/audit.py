"""What auditors read: events, checkpoints and proofs."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
