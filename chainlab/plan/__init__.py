"""Planning: search the changes that help by simulating each, never canned advice."""

from chainlab.plan.costs import Cost
from chainlab.plan.effects import PlannedOutcome, updated
from chainlab.plan.objective import EACH_CLIENT_ONCE, Objective
from chainlab.plan.planner import Option, Plan, SendableChain, ServerPlan, make_plan
from chainlab.plan.served_sets import BetterChain, better_chain
from chainlab.plan.simulation import JudgedChain, Judgement, Outcome, Simulator, surely_accepting

__all__ = [
    "EACH_CLIENT_ONCE", "BetterChain", "Cost", "JudgedChain", "Judgement", "Objective", "Option", "Outcome", "Plan",
    "PlannedOutcome", "SendableChain", "ServerPlan", "Simulator", "better_chain", "make_plan", "surely_accepting",
    "updated",
]  # fmt: skip
