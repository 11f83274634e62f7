"""The kinds of rules written a second time, one line and one point at a time, from the input tables alone."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict

import pulp


class Rules:
    """What the textbook adds for rules; `tests.textbook` gives case, O, T, the variables p, a, c and so on."""

    def _read_rules(self) -> None:
        """most[o, t]: the greatest plan number after max_plan and rules; released: lines a count over a school may take down."""
        self.most = {(o, t): self.O[o]["max_plan"] for o in self.O for t in self.T}
        self.released: set[str] = set()
        self.raw_schools = {r["school"]: r for r in self.case.table("schools").to_dict("records")}
        for rule in self.case.rules:
            p = rule.parameters
            bounds = getattr(self, f"_{rule.kind}", None)
            if bounds is not None:
                always = rule.kind.startswith("no_new") or rule.kind == "close_without_intake"
                for o, bound in bounds(p).items():
                    if not self._spared(rule, o) and o in self._decidable():
                        for t in self.T if always else self.T[:1]:
                            self.most[o, t] = min(self.most[o, t], bound)
            if rule.kind == "restricted_conditions":
                for o in self._direct_of(p["level"]):
                    if self._card(self.O[o]["school"], p) == "yellow" and not self._spared(rule, o):
                        self.released.add(o)

    def _decidable(self) -> set[str]:
        return {o for o, r in self.O.items() if not r["pathway_fed"] and r["control"] != "given"}

    def _spared(self, rule, o: str) -> bool:
        codes = {self.O[o][name] for name in ("offering", "school", "program", "cluster", "level")} - {""}
        return bool(codes & set(rule.exempt)) or bool(rule.scope and not codes & set(rule.scope))

    def _direct_of(self, level: str | None) -> list[str]:
        return [o for o, r in self.O.items() if not r["pathway_fed"] and level in (None, r["level"])]

    def _point(self, o: str) -> list[str]:
        own = (self.O[o]["school"], self.O[o]["program"])
        return [q for q, r in self.O.items() if (r["school"], r["program"]) == own]

    def _is_new(self, o: str) -> bool:
        return all(self.O[q]["status"] == "candidate" and self.O[q]["last_plan"] == 0 for q in self._point(o))

    # -- bounds: kind -> {line: greatest plan number} -------------------------------------------------------------------

    def _no_new_if_offerings_over(self, p) -> dict[str, float]:
        elsewhere = {r["program"]: r["points_elsewhere"] for r in self.case.table("programs").to_dict("records")}
        found = {}
        for o in self._direct_of(p["level"]):
            program = self.O[o]["program"]
            schools = {r["school"] for r in self.O.values() if r["program"] == program and r["last_plan"] > 0}
            count = len(schools) + (elsewhere[program] if p.get("scope") == "province" else 0)
            if self._is_new(o) and count > p["count"]:
                found[o] = 0.0
        return found

    def _no_new_if_school_share_over(self, p) -> dict[str, float]:
        enrolling = [r for r in self.O.values() if r["level"] == p["level"] and r["last_plan"] > 0]
        schools = {r["school"] for r in enrolling}
        found = {}
        for o in self._direct_of(p["level"]):
            have = {r["school"] for r in enrolling if r["program"] == self.O[o]["program"]}
            if self._is_new(o) and len(have) > p["share"] * len(schools):
                found[o] = 0.0
        return found

    def _history(self, o: str) -> dict[int, tuple[float, float]]:
        """year -> (plan, registered) of the point that a line belongs to."""
        found = defaultdict(lambda: (0.0, 0.0))
        for r in self.case.table("intake_history").to_dict("records"):
            if r["offering"] in self._point(o):
                plan, came = found[int(r["year"])]
                found[int(r["year"])] = (plan + r["plan"], came + r["registered"])
        return dict(found)

    def _close_without_intake(self, p) -> dict[str, float]:
        years = range(self.T0 - p["years"], self.T0)
        known = {int(y) for y in self.case.table("intake_history")["year"]}
        found = {}
        for o in self._direct_of(None):
            history = self._history(o)
            old = bool(history) and min(history) <= years[0]
            nobody = all(history.get(y, (0, 0))[1] == 0 for y in years)
            if all(y in known for y in years) and old and nobody:
                found[o] = 0.0
        return found

    def _no_intake_right(self, p) -> dict[str, float]:
        found = {}
        for o in self._direct_of(None):
            history = self._history(o)
            least = min(self.O[q]["class_min"] for q in self._point(o))
            pairs = [history.get(y, (0.0, 0.0)) for y in range(self.T0 - p["years"], self.T0)]
            if all(plan > 0 and (came < p["share"] * plan or came < least) for plan, came in pairs):
                found[o] = 0.0
        return found

    def _rate(self, row, indicator: str) -> float:
        if row["graduates"] <= 0:
            return math.nan
        persons = row["employed"] + row["further_study"] if indicator == "first_destination" else row[indicator]
        return persons / row["graduates"]

    def _rates(self, indicator: str) -> dict[tuple[str, str, int], float]:
        found = {}
        for r in self.case.table("outcomes").to_dict("records"):
            rate = self._rate(r, indicator)
            if not math.isnan(rate) and r["year"] < self.T0:
                found[r["school"], r["program"], int(r["year"])] = rate
        return found

    def _reduce_lowest(self, p) -> dict[str, float]:
        rates = self._rates(p["indicator"])
        level = {r["program"]: r["level"] for r in self.case.table("programs").to_dict("records")}
        last_year = max((y for _, _, y in rates), default=0)
        found = {}
        for o in self._direct_of(None):
            r = self.O[o]
            low = 0
            for y in range(last_year - p["years"] + 1, last_year + 1):
                own = rates.get((r["school"], r["program"], y))
                if own is None:
                    continue
                peers = [x for (_, i, u), x in rates.items() if u == y and level[i] == r["level"]]
                low += sum(x <= own for x in peers) / len(peers) <= p["share"]
            if low == p["years"] and r["last_plan"] > 0:
                rest = r["last_plan"] - r["class_min"]
                found[o] = rest if rest >= r["class_min"] else 0.0
        return found

    def _programs_and_room(self, s: str, p) -> tuple[int, int]:
        own = [r for r in self.O.values() if r["school"] == s and r["level"] == p["level"]]
        students = sum(r["before"] for r in own if r["track"] != "part_time")
        programs = len({r["program"] for r in own if r["last_plan"] > 0})
        return programs, math.floor(students / p["students_per_program"] + 1e-9)

    def _programs_per_school(self, p) -> dict[str, float]:
        found = {}
        for o in self._direct_of(p["level"]):
            programs, allowed = self._programs_and_room(self.O[o]["school"], p)
            if programs > allowed:
                found[o] = self.O[o]["last_plan"]
        return found

    def _students(self, s: str) -> float:
        return sum(self.levels[r["level"]]["student_weight"] * r["before"] for r in self.O.values() if r["school"] == s)

    def _ratio_now(self, s: str) -> float:
        r = self.raw_schools[s]
        counts = [n for n in (r["teachers_general"], r["teachers_specialist"]) if not math.isnan(n)]
        students = self._students(s)
        if not counts or students == 0:
            return math.nan
        return students / sum(counts) if sum(counts) else math.inf

    def _no_expansion_below_quality(self, p) -> dict[str, float]:
        found = {}
        rates = self._rates(p["indicator"]) if "indicator" in p else {}
        for o in self._direct_of(p.get("level")):
            r = self.O[o]
            school = self.raw_schools[r["school"]]
            own = {y: x for (s, i, y), x in rates.items() if (s, i) == (r["school"], r["program"])}
            low = bool(own) and own[max(own)] < p["share"]
            low = low or self._ratio_now(r["school"]) > p.get("students_per_teacher", math.inf)
            if "dual_share" in p and school["teachers_specialist"] > 0 and not math.isnan(school["teachers_dual"]):
                low = low or school["teachers_dual"] / school["teachers_specialist"] < p["dual_share"]
            if low:
                found[o] = r["last_plan"]
        return found

    def _card(self, s: str, p) -> str:
        r, students = self.raw_schools[s], self._students(s)
        below = int(self._ratio_now(s) > p.get("students_per_teacher", math.inf))
        for name in ("teaching_area", "equipment"):
            if name in p and students > 0 and not math.isnan(r[name]):
                below += r[name] / students < p[name]
        if below >= 2 or (below == 1 and r["yellow_years"] >= 2):
            return "red"
        return "yellow" if below else ""

    def _restricted_conditions(self, p) -> dict[str, float]:
        return {o: 0.0 for o in self._direct_of(p["level"]) if self._card(self.O[o]["school"], p) == "red"}

    # -- rows -----------------------------------------------------------------------------------------------------------

    def _rules(self) -> None:
        for (o, t), most in self.most.items():
            if o in self.decided and most < self.O[o]["max_plan"]:
                self.row(self.p(o, t) <= most)
        for rule in self.case.rules:
            if rule.kind == "max_new_per_school":
                self._max_new(rule)
            elif rule.kind == "programs_per_school":
                self._programs_that_open(rule)
            elif rule.kind == "restricted_conditions":
                self._yellow(rule)
            elif rule.kind == "adjust_share":
                self._adjusted(rule)
            elif rule.kind != "expert_review" and not hasattr(self, f"_{rule.kind}"):
                raise NotImplementedError(rule.kind)

    def _opened_programs(self, rule, s: str, t: int, lines: list[str]) -> list:
        """One number in [0, 1] per program of a school, no less than what any of its lines opens."""
        found = []
        for i in sorted({self.O[o]["program"] for o in lines}):
            n = self.var("n", 0, 1)
            for o in lines:
                if (self.O[o]["school"], self.O[o]["program"]) == (s, i):
                    taken_over = [d for (_, q, u), d in self.d.items() if (q, u) == (o, t)]
                    self.row(n >= pulp.lpSum([self.a.get((o, t), 0), *taken_over]))
            found.append(n)
        return found

    def _max_new(self, rule) -> None:
        p = rule.parameters
        for s, t in itertools.product(self.schools, self.decision_years):
            most, founded = p["count"], self.raw_schools[s]["founded"]
            if "count_new_college" in p and founded and 0 <= t - founded < p.get("new_college_years", 3):
                most = p["count_new_college"]
            lines = [o for o in self.new if self._is_new(o) and not self._spared(rule, o) and self.O[o]["school"] == s]
            self.row(pulp.lpSum(self._opened_programs(rule, s, t, lines)) <= most)

    def _programs_that_open(self, rule) -> None:
        p = rule.parameters
        for s in self.schools if self.decision_years else ():
            programs, allowed = self._programs_and_room(s, p)
            lines = [
                o
                for o in self.new
                if (self.O[o]["school"], self.O[o]["level"]) == (s, p["level"])
                and all(self.O[q]["last_plan"] == 0 for q in self._point(o))
                and not self._spared(rule, o)
            ]
            self.row(pulp.lpSum(self._opened_programs(rule, s, self.T0, lines)) <= max(0, allowed - programs))

    def _yellow(self, rule) -> None:
        p = rule.parameters
        for s in self.schools:
            own = [o for o, r in self.O.items() if (r["school"], r["level"]) == (s, p["level"])]
            own = [o for o in own if not self._spared(rule, o)]
            direct = [o for o in own if not self.O[o]["pathway_fed"]]
            if not direct or self._card(s, p) != "yellow":
                continue
            done = sum(self.O[o]["completing"][self.T0] for o in own)
            given = sum(self.O[o]["last_plan"] for o in direct if self.O[o]["control"] == "given")
            self.row(pulp.lpSum(self.p(o, self.T0) for o in direct) <= max(done, given))

    def _adjusted(self, rule) -> None:
        """Raised by a class or opened, or reduced by a class or stopped; not limited by the policy, 20 classes more at most."""
        lines = [o for o in self.decided if not self._spared(rule, o)]
        changes = []
        for o in lines:
            r, now = self.O[o], self.p(o, self.T0)
            raised, reduced = self._yes_no(self.T0), self._yes_no(self.T0)
            self.row(now >= (r["last_plan"] + r["class_min"]) * raised)
            if r["last_plan"] > 0:
                rise = self.limit(o, self.T0, widened=False)
                most = r["last_plan"] + min(math.inf if rise is None else rise, 20 * r["class_max"])
                most += sum(self._most(i, t) for i, q, t in self.d if (q, t) == (o, self.T0))
                most = min(most, self.most[o, self.T0])
                to = r["last_plan"] - min(r["class_min"], r["last_plan"])
                self.row(now <= most - (most - to) * reduced)
            else:
                self.row(reduced <= 0)
            self.row(raised + reduced <= 1)
            changes += [raised, reduced]
        if lines:
            enrolled = sum(1 for o in lines if self.O[o]["last_plan"] > 0)
            self.row(pulp.lpSum(changes) >= math.floor(rule.parameters["share"] * enrolled + 1e-9))
