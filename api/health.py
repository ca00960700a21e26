"""What operators watch: liveness, readiness, metrics."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
