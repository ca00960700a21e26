"""Which process drives which kind of personnel action."""

from __future__ import annotations

from collections.abc import Mapping

from domain.policy import Kind
from workflows.case import CaseProcess
from workflows.decree_document import DecreeDocument
from workflows.evaluation import EvaluationProcess
from workflows.evaluation_cycle import EvaluationCycleOpening, EvaluationCycleProcess
from workflows.mutation import MutationProcess
from workflows.promotion import PromotionProcess
from workflows.publication import CheckpointPublication
from workflows.rank_promotion import RankPromotionProcess
from workflows.siasn_comparison import SiasnComparison
from workflows.talent_upkeep import TalentUpkeep
from workflows.webhook import WebhookProcess

OF_CYCLES: tuple[type, ...] = (EvaluationCycleProcess, EvaluationCycleOpening)
OF_DECREES: tuple[type, ...] = (DecreeDocument,)
OF_RANK_LISTS: tuple[type, ...] = (RankPromotionProcess,)
OF_WEBHOOKS: tuple[type, ...] = (WebhookProcess,)
BY_THE_CALENDAR: tuple[type, ...] = (TalentUpkeep, CheckpointPublication, SiasnComparison)
PROCESS_OF_KIND: Mapping[Kind, type[CaseProcess]] = {
    Kind.MUTATION: MutationProcess,
    Kind.EVALUATION: EvaluationProcess,
    Kind.PROMOTION: PromotionProcess,
}
