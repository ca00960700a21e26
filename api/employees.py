"""Civil servants, as those who may see them see them."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
