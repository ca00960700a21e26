"""Acting holders and delegates."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
