"""The model of docs/how-a-plan-is-made.md written a second time, as a textbook would: loops, dictionaries, PuLP, CBC.

It shares with the product only the parameters (Case, Openings, Cohorts) and is meant for tiny cases: every coefficient
is spelled out where it is used, nothing is vectorised and nothing is clever.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass, field

import pulp
from tests.textbook_layout import Layout
from tests.textbook_limits import Limits
from tests.textbook_rules import Rules
from tests.textbook_sharing import Sharing

from talentplan.demand.openings import Openings
from talentplan.supply import Cohorts
from talentplan.workspace.case import Case

MILLION = 1e6


@dataclass(frozen=True, slots=True)
class TextbookResult:
    """What the textbook found: status optimal | infeasible, the optimum, and every variable it decided.

    Keys: intake, entrants, enrolled, load, completions (offering, year); passed, broken (pathway, year);
    placed (program, occupation, level, year); unplaced (program, year); shortage (occupation, level, year);
    bought (investment, year); lent (agreement, year); hired (school, year); hired_for (school, cluster, year).
    """

    status: str
    objective: float
    intake: dict[tuple[str, int], float]
    values: dict[str, dict[tuple, float]] = field(default_factory=dict)


def textbook_optimum(
    case: Case, openings: Openings, cohorts: Cohorts, *, whole_classes: bool = False
) -> TextbookResult:
    """The optimum of a small case; with `whole_classes` the first years of section 7 are whole."""
    book = _Book(case, openings, cohorts, whole_classes)
    book.write()
    return book.solve()


class _Book(Sharing, Limits, Layout, Rules):
    def __init__(self, case: Case, openings: Openings, cohorts: Cohorts, whole_classes: bool) -> None:
        self.case, self.settings, self.policy = case, case.settings, case.settings.policy
        self.T = [int(t) for t in case.plan_years]
        self.A = [int(t) for t in case.all_years]
        self.T0, self.T1 = self.T[0], self.T[-1]
        self.whole_years = self.T[: self.settings.solving.whole_class_years] if whole_classes else []
        self.decision_years = self.T[: self.policy.change.decision_years]
        self.lp = pulp.LpProblem("textbook", pulp.LpMinimize)
        self.count = itertools.count()
        self._read_offerings(cohorts)
        self.levels = {r["level"]: r for r in case.table("levels").to_dict("records")}
        self._read_rules()
        self.pathways = case.table("pathways").to_dict("records")
        self.schools = {r["school"]: r for r in case.table("schools").to_dict("records")}
        self.investments = {r["investment"]: r for r in case.table("investments").to_dict("records")}
        self.Q = {
            (r["occupation"], r["level"], int(r["year"])): r["openings"]
            for r in openings.table.to_dict("records")
            if r["openings"] > 0
        }

    def _read_offerings(self, cohorts: Cohorts) -> None:
        raw = {r["offering"]: r for r in self.case.table("offerings").to_dict("records")}
        self.O: dict[str, dict] = {}
        for n, line in enumerate(cohorts.offerings.to_dict("records")):
            own = raw[line["offering"]]
            row = dict(line, **{c: own[c] for c in ("places", "cost", "grant", "fixed_cost")})
            row["max_plan"] = min(row["max_plan"], row["classes_max"] * row["class_max"])
            row["inherited"] = {int(t): cohorts.inherited_enrolled[n, i] for i, t in enumerate(cohorts.years)}
            row["classes"] = {int(t): bool(cohorts.inherited_classes[n, i]) for i, t in enumerate(cohorts.years)}
            row["completing"] = {int(t): cohorts.inherited_completions[n, i] for i, t in enumerate(cohorts.years)}
            row["before"] = float(cohorts.enrolled_before[n])
            row["D"] = int(row["duration"])
            self.O[row["offering"]] = row
        self._read_grades(cohorts)
        self.direct = [o for o, r in self.O.items() if not r["pathway_fed"]]
        self.fed = [o for o, r in self.O.items() if r["pathway_fed"]]
        self.decided = [o for o in self.direct if self.O[o]["control"] != "given"]
        self.enrolled_last = [o for o in self.decided if self.O[o]["last_plan"] > 0]
        self.new = [o for o in self.decided if self.O[o]["last_plan"] == 0]

    def _read_grades(self, cohorts: Cohorts) -> None:
        """staying, finishing [o, i, k]: share of starters of i on roll in o, and completing o, k years after they entered i.

        One starter is followed through (line, year of study, times repeated) until nothing of him is left.
        """
        names, grades = list(self.O), cohorts.grades
        moves = [
            (names[m["source"]], m["grade"], names[m["target"]], m["share"]) for m in grades.moves.to_dict("records")
        ]
        self.grades = {
            o: {g + 1: (cohorts.grades.go_on[n, g], cohorts.grades.repeat[n, g]) for g in range(self.O[o]["D"])}
            for n, o in enumerate(names)
        }  # year of study: (share who go on, share who repeat)
        self.staying, self.finishing = defaultdict(float), defaultdict(float)
        for i in names:
            present, k = {(i, 1, 0): 1.0}, 0
            while present:
                later = defaultdict(float)
                for (o, g, times), share in present.items():
                    n = names.index(o)
                    self.staying[o, i, k] += share
                    if g == self.O[o]["D"]:
                        self.finishing[o, i, k + 1] += share * grades.go_on[n, g - 1]
                    else:
                        later[o, g + 1, times] += share * grades.go_on[n, g - 1]
                    if times < 2 and grades.repeat[n, g - 1] > 0:
                        later[o, g, times + 1] += share * grades.repeat[n, g - 1]
                    for source, year, target, part in moves:
                        if (source, year) == (o, g):
                            later[target, g + 1, times] += share * part
                present, k = later, k + 1

    # -- writing ----------------------------------------------------------------------------------------------------

    def var(self, name: str, low: float | None = 0, up: float | None = None, whole: bool = False):
        kind = pulp.LpInteger if whole else pulp.LpContinuous
        return pulp.LpVariable(f"{name}_{next(self.count)}", low, up, kind)

    def row(self, constraint) -> None:
        self.lp += constraint, f"c{next(self.count)}"

    def write(self) -> None:
        self._before()
        self._cohorts()
        self._pathways()
        self._balance()
        self._teachers()
        self._investment()
        self._places()
        self._training()
        self._entrants()
        self._recurrent()
        self._changes()
        self._totals()
        self._fairness()
        self._bounds()
        self._rules()
        if self.whole_years:
            self._whole_classes()
        self._layout()
        self._objective()

    def _cohorts(self) -> None:
        self.p_var = {(o, t): self.var("p") for o in self.O for t in self.T}
        self.z = {
            (a["pathway"], t): self.var("z", 0, None if t >= a["first_year"] else 0)
            for a in self.pathways
            for t in self.A
        }
        for o in self.fed:
            for t in self.T:
                if t not in self.whole_years or self.O[o]["control"] == "given":
                    self.row(self.p(o, t) == self.e(o, t))
        for o in self.direct:
            for t in self.A:
                self.row(self.z_in(o, t) <= self.e(o, t))

    def z_in(self, o: str, t: int):
        return pulp.lpSum(self.z[a["pathway"], t] for a in self.pathways if a["to_offering"] == o)

    def z_out(self, o: str, t: int):
        return pulp.lpSum(self.z[a["pathway"], t] for a in self.pathways if a["from_offering"] == o)

    def p(self, o: str, t: int):
        """Plan number; before the plan last year's, in the tail the last one (what comes, where pathways feed it)."""
        if t < self.T0:
            return self.O[o]["last_plan"]
        if t <= self.T1:
            return self.p_var[o, t]
        return self.e(o, t) if self.O[o]["pathway_fed"] else self.p_var[o, self.T1]

    def e(self, o: str, t: int):
        return self.z_in(o, t) if self.O[o]["pathway_fed"] else self.O[o]["fill"] * self.p(o, t) + self.ending(o, t)

    def at_fill_one(self, o: str, t: int):
        if self.O[o]["pathway_fed"]:
            return self.p(o, t)
        return max(self.O[o]["fill"], 1.0) * self.p(o, t) + self.ending(o, t)

    def _on_roll(self, o: str, t: int, entrants):
        later = [(i, k, share) for (place, i, k), share in self.staying.items() if place == o and t - k >= self.T0]
        return pulp.lpSum(share * entrants(i, t - k) for i, k, share in later) + self.O[o]["inherited"][t]

    def E(self, o: str, t: int):
        return self._on_roll(o, t, self.e)

    def L(self, o: str, t: int):
        return self._on_roll(o, t, self.at_fill_one)

    def G(self, o: str, t: int):
        done = [(i, k, share) for (place, i, k), share in self.finishing.items() if place == o and t - k >= self.T0]
        return pulp.lpSum(share * self.e(i, t - k) for i, k, share in done) + self.O[o]["completing"][t]

    def _pathways(self) -> None:
        self.b = {}
        for a in self.pathways:
            for t in self.A:
                z = self.z[a["pathway"], t]
                self.b[a["pathway"], t] = b = self.var("b")
                G = self.G(a["from_offering"], t)
                if t >= a["first_year"]:
                    self.row(z + b + self.lapsed[a["pathway"], t] >= a["min_share"] * G)
                self.row(z <= a["max_share"] * G)
                if not math.isnan(a["seats"]):
                    self.row(z <= a["seats"])
        for o in self.O:
            for t in self.A:
                self.row(self.z_out(o, t) <= self.G(o, t))

    def V(self, i: str, t: int):
        return pulp.lpSum(
            r["local_retention"] * r["seeks_work"] * (1 - r["progression_outside"]) * (self.G(o, t) - self.z_out(o, t))
            for o, r in self.O.items()
            if r["program"] == i
        )

    # -- balance ----------------------------------------------------------------------------------------------------

    def _balance(self) -> None:
        self.programs = {r["program"]: r for r in self.case.table("programs").to_dict("records")}
        links = self.case.table("crosswalk").to_dict("records")
        self.m, self.steps, self.apart = {}, {}, {}
        for link in links:
            i = link["program"]
            for j, level, t in self.Q:
                steps = self.levels[self.programs[i]["level"]]["rank"] - self.levels[level]["rank"]
                fits = 0 <= steps <= self.policy.over_qualified_steps
                fits = fits or (steps == -1 and link["under_qualified_ok"])
                if j != link["occupation"] or not fits:
                    continue
                self.m[i, j, level, t] = self.var("m")
                self.steps[i, j, level, t], self.apart[i, j, level, t] = max(steps, 0), 1 - link["relevance"]
        self.unplaced = {(i, t): self.var("u") for i in self.programs for t in self.A}
        self.shortage = {job: self.var("s") for job in self.Q}
        of_program, of_job = defaultdict(list), defaultdict(list)
        for (i, j, level, t), m in self.m.items():
            of_program[i, t].append(m)
            of_job[j, level, t].append(m)
        for i, t in self.unplaced:
            self.row(pulp.lpSum(of_program[i, t]) + self.unplaced[i, t] == self.V(i, t))
        for job, q in self.Q.items():
            self.row(pulp.lpSum(of_job[job]) + self.shortage[job] == q)

    # -- objective --------------------------------------------------------------------------------------------------

    def _objective(self) -> None:
        weights = self.settings.objective
        year = {t: (1 + self.policy.discount_rate) ** -(t - self.T0) for t in self.A}
        priority = {r["occupation"]: r["priority"] for r in self.case.table("occupations").to_dict("records")}
        terms = self.terms = defaultdict(list)
        for (j, level, t), q in self.Q.items():
            price = weights.shortage * priority[j] * self.levels[level]["shortage_weight"] * year[t]
            pieces, low = [], 0.0
            for up, factor in weights.shortage_steps:
                piece = self.var("piece", 0, (up - low) * q)
                pieces.append(piece)
                terms["shortage"].append(price * factor * piece)
                low = up
            self.row(pulp.lpSum(pieces) == self.shortage[j, level, t])
        terms["unplaced"] = [weights.unplaced * year[t] * u for (_, t), u in self.unplaced.items()]
        terms["over_qualified"] = [weights.over_qualified * self.steps[k] * year[k[-1]] * m for k, m in self.m.items()]
        terms["mismatch"] = [weights.mismatch * self.apart[k] * year[k[-1]] * m for k, m in self.m.items()]
        terms["broken_promise"] = [weights.broken_promise * year[t] * b for (_, t), b in self.b.items()]
        terms["moved_seat"] = [weights.moved_seat * year[t] * moved for (_, t), moved in self.moved.items()]
        terms["unfairness"] = [weight * year[t] * behind for weight, t, behind in self.behind]
        price = weights.money / MILLION
        if price > 0:
            for t in self.A:
                terms["money"].append(price * year[t] * (self.C[t] + self.policy.teacher_cost * self.hired[t]))
            for i, y in self.x:
                r = self.investments[i]
                used = [t for t in self.A if y + r["lead"] <= t <= y + r["lead"] + r["life"] - 1]
                yearly = self._annuity(1.0, int(r["life"])) * self.cost_of(i, y)
                terms["money"].append(price * sum(year[t] for t in used) * yearly)

    def _annuity(self, cost: float, life: int) -> float:
        rate = self.policy.discount_rate
        return cost / life if rate == 0 else cost * rate / (1 - (1 + rate) ** -life)

    # -- answer -----------------------------------------------------------------------------------------------------

    def solve(self) -> TextbookResult:
        ranks = self.settings.objective.priorities
        named = {term for rank in ranks for term in rank}
        value = pulp.value
        for rank in [*ranks, [term for term in self.terms if term not in named]]:
            wanted = pulp.lpSum(itertools.chain.from_iterable(self.terms[term] for term in rank))
            self.lp.setObjective(wanted)
            self.lp.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0.0, gapAbs=0.0, threads=1))
            status = pulp.LpStatus[self.lp.status].lower()
            if status != "optimal":
                return TextbookResult("infeasible" if status in ("infeasible", "undefined") else status, math.nan, {})
            found = value(wanted) or 0.0
            if len(ranks):
                self.row(wanted <= found + 1e-7 * max(1.0, abs(found)))  # CBC refuses its own optimum at less
        total = sum(value(pulp.lpSum(parts)) or 0.0 for parts in self.terms.values())
        pairs = [(o, t) for o in self.O for t in self.A]
        hired = {k: value(v) for k, v in self.h.items()}
        values = {
            "intake": {(o, t): value(self.p(o, t)) for o, t in pairs},
            "entrants": {(o, t): value(self.e(o, t)) for o, t in pairs},
            "enrolled": {(o, t): value(self.E(o, t)) for o, t in pairs},
            "completions": {(o, t): value(self.G(o, t)) for o, t in pairs},
            "passed": {k: value(v) for k, v in self.z.items()},
            "broken": {k: value(v) for k, v in self.b.items()},
            "placed": {k: value(v) for k, v in self.m.items()},
            "unplaced": {k: value(v) for k, v in self.unplaced.items()},
            "shortage": {k: value(v) for k, v in self.shortage.items()},
            "bought": {k: value(v) for k, v in self.x.items()},
            "lent": {k: value(v) for k, v in self.y.items()},
            "teachers_lent": {k: value(v) for k, v in self.v.items()},
            "hired": hired,
            "hired_for": {k: value(v) for k, v in self.hc.items()},
            "money": {(t,): value(pulp.lpSum(v)) if t >= self.T0 else v for t, v in self.C.items()},
        }
        intake = {(o, t): values["intake"][o, t] for o in self.O for t in self.T}
        return TextbookResult("optimal", float(total), intake, values)
