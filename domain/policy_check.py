"""Does a policy hang together, and could this agency live under it? Findings, never a bare no."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from operator import attrgetter
from string import Formatter
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.agency import Agency
from domain.candidacy import CANDIDATE_RULES
from domain.canonical import NotCanonical, check_profile
from domain.eligibility import KIND_ORDER, RULES
from domain.evaluation_policy import EvaluationRules
from domain.fact_sheet import Unowned
from domain.forms import FORMS
from domain.offices import Offices
from domain.policy import OFFICES_OF_A_CASE, TRANSFERS, Kind, Policy, Route, Variant
from domain.policy_continuity import breaches
from domain.policy_trial import failing_rules
from domain.rank_policy_check import rank_faults, unowned_act
from domain.separation import Casting, separation_of

# Steps that the process opens by itself, on no route.
OF_THE_PROCESS = (
    "revision",
    "inauguration",
    "duty_statement",
    "siasn_write_back",
    "siasn_correction",
    "objection_decision",
    "override_confirmation",
    "promotion_review",
)
# What the process looks up by name, besides what is the policy's own choice.
ASKED_FOR = (
    ("rule", "rules", "election_window"),
    ("rule", "rules", "retirement_age"),
    ("rule", "promotion.rules", "candidate_retirement"),
    ("term", "acting_terms", "PLT"),
    *(("authority", "annulment_by", name) for name in ("PPK", "BKN", "COURT")),
    *(("submitters", "submitters", variant.value) for variant in (*TRANSFERS, Variant.SIX_MONTHLY)),
    *(("step", "steps", name) for name in OF_THE_PROCESS),
)
# Steps whose answers the process itself reads, by the form that it has to be.
READ_BY_THE_PROCESS = {
    "analyst_verification": "verification",
    "partner_consent": "partner_consent",
    "committee_deliberation": "vote",
    "appointing_decision": "appointing_decision",
    "candidate_ranking": "ranking_vote",
    "promotion_choice": "candidate_choice",
    "rating": "rating",
    "calibration": "calibration_vote",
    "result_response": "result_response",
    "objection_decision": "objection_decision",
    "improvement_plan": "improvement_plan",
    "retest": "retest",
    "follow_up_decision": "follow_up_measure",
}
# Kinds with routes of their own, by the step that ends each: what the process does after it is no task.
LAST_STEPS: dict[Kind, dict[Variant, str]] = {
    Kind.PROMOTION: {
        Variant.TALENT_POOL: "promotion_choice",
        Variant.MERIT_EXEMPTION: "promotion_choice",
        Variant.OPEN_SELECTION: "promotion_choice",
    },
    Kind.EVALUATION: {
        Variant.SIX_MONTHLY: "evaluation_record",
        Variant.PERFORMANCE_IMPROVEMENT: "follow_up_decision",
        Variant.TEMPORARY_PLACEMENT: "follow_up_decision",
        Variant.DISMISSAL_PROPOSAL: "dismissal_dossier",
    },
}
# What the process opens once a route is walked, as far as somebody has to hold an office for it.
AFTER_ROUTES: dict[Kind, tuple[str, ...]] = {
    Kind.MUTATION: ("inauguration", "duty_statement", "siasn_write_back", "siasn_correction"),
    Kind.PROMOTION: (
        "override_confirmation", "inauguration", "duty_statement", "siasn_write_back", "siasn_correction",
        "promotion_review",
    ),
    Kind.EVALUATION: (),
}  # fmt: skip
# Why nobody could act: offices that are vacant today are no fault of the text.
OF_THE_DAY: tuple[Unowned, ...] = ("vacant", "acting_only")
DEEPEST = 12
NAMES_NO_OFFICE = frozenset({"subject"})


class PolicyFinding(BaseModel):
    """One thing that is wrong (`error`) or doubtful (`warning`) about a policy, and where in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    severity: Literal["error", "warning"]
    where: str
    detail: str


def read_policy(document: Any) -> tuple[Policy | None, tuple[PolicyFinding, ...]]:
    """The policy that a document is, or None and why it is none."""
    if _is_deep(document):
        return None, (_error("schema", "", f"it is nested more than {DEEPEST} levels"),)
    try:
        policy = Policy.model_validate(document)
        check_profile(policy.model_dump(mode="json"))
    except ValidationError as error:
        return None, tuple(
            _error("schema", ".".join(map(str, part["loc"])), part["msg"])
            for part in error.errors(include_input=False, include_url=False)
        )
    except NotCanonical as error:
        return None, (_error("schema", "", str(error)),)
    return policy, ()


def check_policy(
    policy: Policy, agency: Agency | None, day: date, earlier: Sequence[Policy] = ()
) -> tuple[PolicyFinding, ...]:
    """Everything that is wrong with `policy`. With an agency also whether every step of every route has a
    lawful owner in each unit, as the offices are held on `day`; `earlier` are the policies adopted so far,
    under which cases may be open.
    """
    found = [
        *(_error(*breach) for breach in breaches(policy, earlier)),
        *_citations(policy.model_dump(mode="json"), ""),
        *_references(policy),
        *_assessors(policy),
        *_parts(policy),
        *_documents(policy),
        *_routes(policy),
        *(_error(*fault) for fault in rank_faults(policy)),
    ]
    found += _numbers(policy)
    if agency is not None and not any(finding.severity == "error" for finding in found):
        found += _owners(policy, agency, day)
    return tuple(found)


def _is_deep(document: Any) -> bool:
    level = [document]
    for _ in range(DEEPEST):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
    return bool(level)


def _error(code: str, where: str, detail: str) -> PolicyFinding:
    return PolicyFinding(code=code, severity="error", where=where, detail=detail)


def _warning(code: str, where: str, detail: str) -> PolicyFinding:
    return PolicyFinding(code=code, severity="warning", where=where, detail=detail)


def _citations(value: Any, where: str) -> Iterator[PolicyFinding]:
    if isinstance(value, dict):
        if "citation" in value and not str(value["citation"]).strip():
            yield _error("citation-missing", where, "the source is not named")
        for key, inner in value.items():
            yield from _citations(inner, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _citations(inner, f"{where}[{index}]")


def _references(policy: Policy) -> Iterator[PolicyFinding]:
    known = {*policy.offices, *OFFICES_OF_A_CASE, *NAMES_NO_OFFICE}
    named: list[tuple[str, tuple[str, ...]]] = [("acting_granted_by", policy.acting_granted_by)]
    named += [(f"publishing.{key}", getattr(policy.publishing, key)) for key in ("proposed_by", "adopted_by")]
    named += [("promotion.opened_by", policy.promotion.opened_by)]
    named += [
        (f"first_passwords.{key}", getattr(policy.first_passwords, key))
        for key in ("to_everybody", "in_their_unit")
    ]
    named += [("review.answered_by", policy.review.answered_by)]
    named += _of_evaluations(policy.evaluation)
    named += [
        (f"steps.{name}.escalates_to", (step.escalates_to,))
        for name, step in policy.steps.items()
        if step.escalates_to is not None
    ]
    for field in ("submitters", "annulment_by", "readers"):
        named += [(f"{field}.{key}", offices) for key, offices in getattr(policy, field).items()]
    for where, offices in named:
        for office in offices:
            if office not in known:
                yield _error("office-unknown", where, f"{office} is not defined")
    for name, rule in policy.offices.items():
        if rule.superior is not None and rule.superior not in policy.offices:
            yield _error("office-unknown", f"offices.{name}.superior", f"{rule.superior} is not defined")
        elif _goes_round(policy, name):
            yield _error("superior-cycle", f"offices.{name}", "the chain of superiors never ends")


def _of_evaluations(rules: EvaluationRules) -> list[tuple[str, tuple[str, ...]]]:
    found = {
        "assessment.office": (rules.assessment.office,),
        "assessment.without_superior": (rules.assessment.without_superior,),
        "cycles_by": rules.cycles_by,
        "withdrawn_by": rules.withdrawn_by,
        "replacement.coordinated_by": rules.replacement.coordinated_by,
        "organisation.rated_by": rules.organisation.rated_by,
        "organisation.considered_by": rules.organisation.considered_by,
    }
    return [(f"evaluation.{where}", offices) for where, offices in found.items()]


def _assessors(policy: Policy) -> Iterator[PolicyFinding]:
    """Every unit has its assessor; what the authority above decides is recorded by an office that there is
    once.
    """
    assessment = policy.evaluation.assessment
    for name, scope in (("office", "every_unit"), ("without_superior", "agency")):
        rule = policy.offices.get(getattr(assessment, name))
        if rule is not None and rule.scope != scope:
            yield _error("scope-differs", f"evaluation.assessment.{name}", f"its scope has to be {scope}")


def _parts(policy: Policy) -> Iterator[PolicyFinding]:
    for name, step in policy.steps.items():
        if step.form is not None and step.form not in FORMS:
            yield _error("form-unknown", f"steps.{name}.form", f"there is no form {step.form}")
        elif step.form != (read := READ_BY_THE_PROCESS.get(name, step.form)):
            yield _error("form-differs", f"steps.{name}.form", f"the process reads an answer to {read}")
    for name in policy.rules:
        if name not in RULES:
            yield _error("rule-unknown", f"rules.{name}", "no rule of this name can be judged")
    for name in policy.promotion.rules:
        if name not in CANDIDATE_RULES:
            yield _error("rule-unknown", f"promotion.rules.{name}", "no rule of this name can be judged")
    for where, wrong in failing_rules(policy):
        yield _error("rule-unjudgeable", where, wrong)
    for kind, part, name in ASKED_FOR:
        if name not in attrgetter(part)(policy):
            yield _error(f"{kind}-missing", f"{part}.{name}", "the process asks for it by this name")


def _documents(policy: Policy) -> Iterator[PolicyFinding]:
    """A promotion's steps before the choice concern no one person, so no file can be looked into."""
    before = {step for route in policy.routes if route.kind is Kind.PROMOTION for step in route.steps} - {
        "promotion_choice"
    }
    for index, rule in enumerate(policy.personnel_file.for_steps):
        for step in rule.steps if rule.kind is Kind.PROMOTION else ():
            if step in before:
                where = f"personnel_file.for_steps[{index}]"
                yield _error("documents-of-nobody", where, f"{step} comes before anybody is chosen")


def _goes_round(policy: Policy, name: str) -> bool:
    seen, above = {name}, policy.offices[name].superior
    while above is not None and above in policy.offices:
        if above in seen:
            return True
        seen.add(above)
        above = policy.offices[above].superior
    return False


def _routes(policy: Policy) -> Iterator[PolicyFinding]:
    transfers = [route for route in policy.routes if route.kind is Kind.MUTATION]
    variants = [route.variant for route in transfers]
    for variant in TRANSFERS:
        if variants.count(variant) != 1:
            detail = f"{variants.count(variant)} routes where one is needed"
            yield _error("route-missing", f"routes.{variant.value}", detail)
    for route in transfers:
        yield from _route(route)
    for kind, last in LAST_STEPS.items():
        found = {route.variant: route.steps for route in policy.routes if route.kind is kind}
        for named, step in last.items():
            where = f"routes.{named.value}"
            if named not in found:
                yield _error("route-missing", where, "no route of this kind")
            elif found[named][-1:] != (step,):
                yield _error("route-without-decision", where, f"the route does not end with {step}")
    reached = {*OF_THE_PROCESS, *(clearance.step for clearance in policy.clearances)}
    reached |= {step for route in policy.routes for step in route.steps}
    for name in policy.steps:
        if name not in reached:
            yield _warning("step-unreachable", f"steps.{name}", "no route and no clearance leads here")


def _route(route: Route) -> Iterator[PolicyFinding]:
    where = f"routes.{route.variant.value}"
    if len(set(route.steps)) != len(route.steps):
        yield _error("step-repeated", where, "a step stands twice on the route")
    if not route.steps or route.steps[-1] != "appointing_decision":
        yield _error("route-without-decision", where, "the route does not end with the appointing decision")
    if "bkn_review" not in route.steps:
        yield _error("clearance-unreachable", where, "clearances are asked for before bkn_review")


def _numbers(policy: Policy) -> Iterator[PolicyFinding]:
    for index, window in enumerate(policy.election_windows):
        if window.last < window.first:
            yield _error("window-reversed", f"election_windows[{index}]", f"{window.first} to {window.last}")
    fields = [name for _, name, *_ in Formatter().parse(policy.decree_numbering.template) if name is not None]
    if "number" not in fields or not set(fields) <= {"number", "year"}:
        yield _error("template-senseless", "decree_numbering.template", "it knows {number} and {year}")
    committee = policy.committee
    if not 1 <= committee.quorum <= len(set(committee.members)):
        yield _error("quorum-impossible", "committee", f"{committee.quorum} of {len(committee.members)}")
    if committee.chair not in committee.members:
        yield _error("chair-outside", "committee.chair", f"{committee.chair} is no member")
    for name, step in policy.steps.items():
        for days in (step.sla_working_days, *step.sla_by_variant.values()):
            if days is not None and days < 1:
                yield _error("deadline-senseless", f"steps.{name}", f"{days} working days")
    for name, term in policy.acting_terms.items():
        if term.maximum_days < 1:
            yield _error("deadline-senseless", f"acting_terms.{name}", f"{term.maximum_days} days")


def _owners(policy: Policy, agency: Agency, day: date) -> Iterator[PolicyFinding]:
    """Whether somebody could lawfully decide each step of each route, what the process opens after it, and
    each act of a rank promotion.
    """
    offices = Offices(agency, policy)
    staffed = {agency.apparatus_of(post.unit_id) for post in agency.posts.values() if post.kind in KIND_ORDER}
    units = sorted(unit for unit in agency.apparatuses() if unit in staffed)
    for route in policy.routes if units else ():
        stuck: dict[tuple[str, Unowned | None], list[str]] = {}
        for unit in units:
            steps = (*route.steps, *AFTER_ROUTES[route.kind])
            found = separation_of(steps, Casting(unit, unit), policy, offices, day)
            if found.step is not None:
                stuck.setdefault((found.step, found.why), []).append(unit)
        for (step, why), where in stuck.items():
            say = _error if len(where) == len(units) and why not in OF_THE_DAY else _warning
            detail = f"nobody could lawfully act in {len(where)} of {len(units)} units, such as {where[0]}"
            yield say("no-lawful-owner", f"routes.{route.variant.value}.{step}", f"{detail}: {why}")
    act = unowned_act(policy, offices, day)
    if act is not None:
        say = _warning if act[1] in OF_THE_DAY else _error
        detail = f"nobody could lawfully act: {act[1]}"
        yield say("no-lawful-owner", f"rank_promotion.hands.{act[0]}", detail)
