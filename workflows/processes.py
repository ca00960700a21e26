"""Which process drives which kind of personnel action."""

from __future__ import annotations

from collections.abc import Mapping

from domain.policy import Kind
from workflows.case import CaseProcess
from workflows.evaluation import EvaluationProcess
from workflows.evaluation_cycle import EvaluationCycleOpening, EvaluationCycleProcess
from workflows.mutation import MutationProcess
from workflows.promotion import PromotionProcess

OF_CYCLES: tuple[type, ...] = (EvaluationCycleProcess, EvaluationCycleOpening)
PROCESS_OF_KIND: Mapping[Kind, type[CaseProcess]] = {
    Kind.MUTATION: MutationProcess,
    Kind.EVALUATION: EvaluationProcess,
    Kind.PROMOTION: PromotionProcess,
}
