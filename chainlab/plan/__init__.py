"""Planning: search the changes that help by simulating each, never canned advice."""

from chainlab.plan.planner import Plan, PlannedOutcome, make_plan
from chainlab.plan.simulation import JudgedChain, Outcome, Simulator

__all__ = ["JudgedChain", "Outcome", "Plan", "PlannedOutcome", "Simulator", "make_plan"]
