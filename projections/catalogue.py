"""All projections, in the order in which a commit writes them."""

from __future__ import annotations

from ledger.projection import Projection
from projections.action_state import ActionStates
from projections.api_keys import ApiKeys
from projections.audit_search import AuditSearch
from projections.cycle_units import CycleUnits
from projections.decree_files import DecreeFiles
from projections.delegations import Delegations
from projections.documents import Documents
from projections.employees import Employees
from projections.evaluation_cycles import EvaluationCycles
from projections.inbox import Inbox
from projections.inbox_past import InboxPast
from projections.overrides import Overrides
from projections.profiling_reminders import ProfilingReminders
from projections.rank_promotions import RankEntryRows, RankListRows
from projections.register import Register
from projections.reviews import Reviews
from projections.siasn_differences import SiasnDifferences
from projections.talent_places import TalentPlaces
from projections.talent_results import TalentResults
from projections.tasks import Tasks
from projections.webhooks import Webhooks


def all_projections() -> tuple[Projection, ...]:
    return (
        ActionStates(),
        Register(),
        Inbox(),
        InboxPast(),
        AuditSearch(),
        Employees(),
        Delegations(),
        Documents(),
        Overrides(),
        Tasks(),
        TalentPlaces(),
        EvaluationCycles(),
        ProfilingReminders(),
        CycleUnits(),
        RankListRows(),
        RankEntryRows(),
        TalentResults(),
        Reviews(),
        SiasnDifferences(),
        DecreeFiles(),
        ApiKeys(),
        Webhooks(),
    )
