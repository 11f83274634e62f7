"""Sections 5 and 7 of docs/how-a-plan-is-made.md for the textbook formulation: every limit, one method a family."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict

import pulp

MONEY_UNIT = 1e4  # budget rows are written in 万元, which CBC's absolute tolerances like better


class Limits:
    """What the textbook adds to cohorts and balance; `tests.textbook` gives the variables p, z, the sums e, E, L and so on."""

    def _teachers(self) -> None:
        self.lend_teachers()
        specialists = self.case.table("specialists").to_dict("records")
        students = {r["cluster"]: r["students_per_specialist"] for r in self.case.table("clusters").to_dict("records")}
        self.h = {(s, u): self.var("h", 0, r["hire_max"]) for s, r in self.schools.items() for u in self.A}
        self.hc = {(n["school"], n["cluster"], u): self.var("hc") for n in specialists for u in self.A}
        for s, u in self.h:
            self.row(pulp.lpSum(v for (s2, _, u2), v in self.hc.items() if (s2, u2) == (s, u)) <= self.h[s, u])
        for n in specialists:
            s, c, ratio = n["school"], n["cluster"], students[n["cluster"]]
            if math.isnan(ratio):
                continue
            stay = 1 - self.schools[s]["leave_rate"]
            lines = [o for o, r in self.O.items() if (r["school"], r["cluster"]) == (s, c)]
            for t in self.A:
                hired = pulp.lpSum(self.hc[s, c, u] * stay ** (t - u - 1) for u in self.A if u < t)
                inherited = sum(self.O[o]["inherited"][t] for o in lines)
                most = sum(self.schools[s]["hire_max"] * stay ** (t - u - 1) for u in self.A if u < t)
                borrowed, lent, greatest = self.gained(s, t, c)
                load, own = pulp.lpSum(self.L(o, t) for o in lines), ratio * n["persons"] * stay ** (t - self.T0)
                self.held(load, own, ratio * (hired + borrowed), ratio * lent, inherited, ratio * (most + greatest), t)

    def _ratio(self, s: str) -> float:
        own = self.schools[s]["students_per_teacher"]
        if not math.isnan(own):
            return own
        levels = {r["level"] for r in self.O.values() if r["school"] == s}
        known = [self.levels[level]["students_per_teacher"] for level in levels]
        return min((x for x in known if not math.isnan(x)), default=math.nan)

    def _investment(self) -> None:
        self.x = {
            (i, y): self.var("x", 0, None, whole=bool(r["lump"]) and y in self.whole_years)
            for i, r in self.investments.items()
            for y in self.T
        }
        for i, r in self.investments.items():
            self.row(pulp.lpSum(self.x[i, y] for y in self.T) <= r["units_max"])
        self.begin_investments()
        entries = [b for b in self.settings.budget if b.kind == "investment"]
        if not entries:
            return
        for y in self.T:
            payers = set(self.case.table("investment_payers")["earmark"])
            marks = sorted({r["earmark"] for r in self.investments.values()} | {b.earmark for b in entries} | payers)
            general = {k: self.var("g") for k in marks}
            for k in marks:
                own = self._amount(entries, k, y) or 0.0 if k else 0.0
                self.row(self.paid_under(k, y) / MONEY_UNIT <= own / MONEY_UNIT + general[k])
            amount = self._amount(entries, "", y) or 0.0
            self.row(pulp.lpSum(general.values()) <= amount / MONEY_UNIT)

    @staticmethod
    def _amount(entries, earmark: str, year: int) -> float | None:
        """Money of one earmark in a calendar year: its own entries, else those of every year, else the last dated ones unless earmarked."""
        mine = [b for b in entries if b.earmark == earmark]
        own = [b.amount for b in mine if b.year == year] or [b.amount for b in mine if b.year is None]
        last = max((b.year for b in mine if b.year is not None), default=year)
        own = own or [b.amount for b in mine if b.year == last < year and not earmark]
        return sum(own) if own else None

    def bought(self, t: int, adds: str, **where: str):
        """Places, hours or teachers in use in year t."""
        return pulp.lpSum(
            r["amount"] * self.x[i, y]
            for i, r in self.investments.items()
            if r["adds"] == adds and all(r[c] == v for c, v in where.items())
            for y in self.T
            if y + r["lead"] <= t <= y + r["lead"] + r["life"] - 1
        )

    def _places(self) -> None:
        for t in self.A:
            for o, r in self.O.items():
                if not math.isnan(r["places"]):
                    where = {"offering": o}
                    more, most = (f(t, "offering_places", **where) for f in (self.bought, self.most_bought))
                    self.held(self.L(o, t), r["places"], more, 0, r["inherited"][t], most, t)
            for s, r in self.schools.items():
                lines = [o for o in self.O if self.O[o]["school"] == s]
                load = pulp.lpSum(self.L(o, t) for o in lines)
                if not math.isnan(r["places"]):
                    inherited = sum(self.O[o]["inherited"][t] for o in lines)
                    more, most = (f(t, "school_places", school=s) for f in (self.bought, self.most_bought))
                    self.held(load, r["places"], more, 0, inherited, most, t)
                self._school_teachers(s, lines, t)

    def _school_teachers(self, s: str, lines: list[str], t: int) -> None:
        r, ratio = self.schools[s], self._ratio(s)
        counts = [n for n in (r["teachers_general"], r["teachers_specialist"]) if not math.isnan(n)]
        if math.isnan(ratio) or not counts:
            return
        weight = {o: self.levels[self.O[o]["level"]]["student_weight"] for o in lines}
        stay = 1 - r["leave_rate"]
        stock = ratio * sum(counts) * stay ** (t - self.T0)
        inherited = sum(weight[o] * self.O[o]["inherited"][t] for o in lines)
        hired = pulp.lpSum(self.h[s, u] * stay ** (t - u - 1) for u in self.A if u < t)
        borrowed, lent, most = self.gained(s, t)
        most += sum(r["hire_max"] * stay ** (t - u - 1) for u in self.A if u < t)
        most += self.most_bought(t, "teachers", school=s)
        load = pulp.lpSum(weight[o] * self.L(o, t) for o in lines)
        into = ratio * (hired + self.bought(t, "teachers", school=s) + borrowed)
        self.held(load, stock, into, ratio * lent, inherited, ratio * most, t)

    def _training(self) -> None:
        resources = {r["resource"]: r for r in self.case.table("resources").to_dict("records")}
        agreements = {r["agreement"]: r for r in self.case.table("agreements").to_dict("records")}
        needs = {(r["program"], r["kind"]): r["hours"] for r in self.case.table("needs").to_dict("records")}
        self.agreements = agreements
        self.y = {}
        for g, r in agreements.items():
            for t in self.A:
                runs = r["first_year"] <= t <= r["last_year"] and self.near(r)
                self.y[g, t] = self.var("y", 0, r["hours_max"] if runs else 0)
        for k, r in resources.items():
            for t in self.A:
                lent = pulp.lpSum(self.y[g, t] for g in agreements if agreements[g]["resource"] == k)
                self.row(lent <= r["workplaces"] * r["hours"])
        if not resources or not needs:
            return
        kinds = {k for _, k in needs} | {r["kind"] for r in resources.values()}
        for s, kind, t in itertools.product(self.schools, kinds, self.A):
            need = {o: needs.get((r["program"], kind), 0.0) for o, r in self.O.items() if r["school"] == s}
            own = sum(r["workplaces"] * r["hours"] for r in resources.values() if (r["unit"], r["kind"]) == (s, kind))
            inherited = sum(hours * self.O[o]["inherited"][t] for o, hours in need.items())
            borrowed = pulp.lpSum(
                r["delivery_rate"] * self.y[g, t]
                for g, r in agreements.items()
                if r["school"] == s and resources[r["resource"]]["kind"] == kind
            )
            lent = pulp.lpSum(
                self.y[g, t]
                for g, r in agreements.items()
                if (resources[r["resource"]]["unit"], resources[r["resource"]]["kind"]) == (s, kind)
            )
            used = pulp.lpSum(hours * self.E(o, t) for o, hours in need.items())
            most = self.most_bought(t, "hours", school=s, kind=kind) + sum(
                r["delivery_rate"] * self.y[g, t].upBound
                for g, r in agreements.items()
                if r["school"] == s and resources[r["resource"]]["kind"] == kind
            )
            self.held(used, own, self.hours_bought(t, s, kind) + borrowed, lent, inherited, most, t)

    def _entrants(self) -> None:
        pool = defaultdict(dict)
        for r in self.case.table("entrants").to_dict("records"):
            pool[r["entrant_group"], r["origin"]][int(r["year"])] = r["persons"] * r["take_up"]
        rows = self.case.table("catchments").to_dict("records")
        for group in sorted({g for g, _ in pool}):
            everywhere = {k for g, k in pool if g == group}
            lines = defaultdict(list)
            for o in self.direct:
                if self.O[o]["entrant_group"] == group:
                    own = {r["origin"] for r in rows if r["school"] == self.O[o]["school"]}
                    lines[frozenset(own or everywhere)].append(o)
            for t in self.A:
                from_origin = defaultdict(list)
                for catchment, members in lines.items():
                    r = {k: self.var("r") for k in sorted(catchment & everywhere)}
                    persons = pulp.lpSum(self.e(o, t) - self.z_in(o, t) for o in members)
                    self.row(persons == pulp.lpSum(r.values()))
                    for k, v in r.items():
                        from_origin[k].append(v)
                for k in sorted(everywhere):
                    known = [y for y in pool[group, k] if y <= t]
                    cap = pool[group, k][max(known)] if known else 0.0
                    self.row(pulp.lpSum(from_origin[k]) <= cap)

    def _school_year_money(self, t: int):
        """C[t]; before the plan, what the students on roll and the lines that taught them cost."""
        if t < self.T0:
            return sum(
                (r["cost"] - r["grant"]) * r["before"] + (r["fixed_cost"] if r["before"] > 0 else 0.0)
                for r in self.O.values()
            )
        return (
            pulp.lpSum((r["cost"] - r["grant"]) * self.E(o, t) for o, r in self.O.items())
            + pulp.lpSum(r["fixed_cost"] * self.w[o, t] for o, r in self.O.items() if r["fixed_cost"] > 0)
            + pulp.lpSum(r["price"] * self.y[g, t] for g, r in self.agreements.items())
        )

    def _recurrent(self) -> None:
        self.w = {}
        for o, r in self.O.items():
            F = max(r["last_plan"], r["class_max"])
            for t in self.A:
                self.w[o, t] = w = self.var("w", 1 if r["classes"][t] else 0)
                for u in range(max(self.T0, t - r["D"] + 1), t + 1):
                    self.row(w >= (self.p(o, u) + self.ending(o, u) * (1 / max(r["fill"], 1.0))) * (1 / F))
        entries = [b for b in self.settings.budget if b.kind == "recurrent"]
        share = self.policy.autumn_share
        self.C = {t: self._school_year_money(t) for t in [self.T0 - 1, *self.A]}
        self.hired = {
            t: pulp.lpSum(
                self.h[s, u] * (1 - r["leave_rate"]) ** (t - u - 1)
                for s, r in self.schools.items()
                for u in self.A
                if u < t
            )
            for t in self.A
        }

        def inherited(t: int) -> float:
            key = (lambda r: r["before"]) if t < self.T0 else (lambda r: r["inherited"][t])
            runs = (lambda r: r["before"] > 0) if t < self.T0 else (lambda r: r["classes"][t])
            return sum((r["cost"] - r["grant"]) * key(r) + (r["fixed_cost"] if runs(r) else 0) for r in self.O.values())

        for y in self.A:
            amount = self._amount(entries, "", y)
            if amount is None:
                continue
            amount = max(amount, share * inherited(y) + (1 - share) * inherited(y - 1))
            spent = share * self.C[y] + (1 - share) * self.C[y - 1] + self.policy.teacher_cost * self.hired[y]
            self.row(spent * (1 / MONEY_UNIT) <= amount / MONEY_UNIT)

    def limit(self, o: str, t: int, *, widened: bool = True) -> float | None:
        """How far a number may move in a year; a line that max_plan or a rule takes down may fall as far in the first year."""
        r = self.O[o]
        if self.policy.relative_change is not None:
            usual = r["last_plan"] if r["last_plan"] > 0 else r["class_max"]
            limit = max(self.policy.relative_floor, self.policy.relative_change * usual)
        elif self.policy.change.classes_per_offering is not None:
            limit = self.policy.change.classes_per_offering * r["class_max"]
        elif r["classes_min"] > 0:
            limit = 10 * r["class_max"]
        else:
            return None
        if t == self.T0 and self.settings.solving.whole_class_years:
            limit = max(limit, self._to_whole_classes(o))
        if t > self.T0 or not widened:
            return limit
        fall = r["last_plan"] if o in self.released else r["last_plan"] - self.most[o, t]
        return max(limit, fall)

    def _to_whole_classes(self, o: str) -> float:
        """Persons from last year's plan to the nearest number of whole classes, one number after the other."""
        r, numbers = self.O[o], []
        for n in range(1, int(2 * r["last_plan"] + 10 * r["class_max"])):
            fits = r["class_min"] * (k := math.ceil(n / r["class_max"])) <= n and k <= r["classes_max"]
            fits = fits and math.floor(n / r["class_min"]) >= r["classes_min"]
            if fits and n % r["class_step"] == 0 and r["min_plan"] <= n <= self.most[o, self.T0]:
                numbers.append(n)
        return min((abs(n - r["last_plan"]) for n in numbers), default=0.0) if r["last_plan"] > 0 else 0.0

    def _changes(self) -> None:
        self.a = {(o, t): self._yes_no(t) for o in self.new for t in self.decision_years}
        self.c = {(o, t): self._yes_no(t) for o in self.enrolled_last for t in self.decision_years}
        self._merge_variables()
        self.moved, self.down = {}, {}
        changed = defaultdict(list)
        for o in self.decided:
            r = self.O[o]
            for t in self.T:
                limit = self.limit(o, t)
                rise = self.limit(o, t, widened=False)
                up, down = self.var("up", 0, rise), self.var("down", 0, limit)
                self.down[o, t] = down
                opened = self.var("opened") if (o, t) in self.a else 0
                closed = self.var("closed") if (o, t) in self.c else 0
                out = pulp.lpSum(v for (i, _, u), v in self.out.items() if (i, u) == (o, t))
                into = pulp.lpSum(v for (_, q, u), v in self.into.items() if (q, u) == (o, t))
                self.row(self.p(o, t) - self.p(o, t - 1) == up - down + opened - closed + into - out)
                self.moved[o, t] = up + down + opened + closed + into + out
                if o in self.released and t == self.T0 and r["last_plan"] > 0 and rise is not None:
                    self.row(self.p(o, t) <= r["last_plan"] + rise)  # with what merges into it, too
                forced = self.most[o, t] < r["last_plan"] or (o in self.released and t == self.T0)
                if limit and not forced:  # what max_plan or a rule takes down is no choice of the plan
                    changed[t].append((up, down, limit))
                if o in self.new:
                    greatest = r["max_plan"] if math.isfinite(r["max_plan"]) else 4 * r["class_max"]
                    if (o, t) in self.a:
                        self.row(opened <= greatest * self.a[o, t])
                        if t == self.decision_years[-1]:
                            self.row(self.opened_by(o, self.T1) <= 1)
                    self.row(self.p(o, t) <= greatest * self.opened_by(o, t))
                elif (o, t) in self.c and limit is not None:
                    reach = r["last_plan"] + sum(self.limit(o, u) for u in self.T if u <= t)
                    reach += sum(self._most(i, t) for i in {i for i, q, _ in self.d if q == o})
                    self.row(closed <= (reach - self.limit(o, t)) * self.c[o, t])
                    self.row(self.p(o, t) <= reach * (1 - self.closed_by(o, t)))
        for o in self.enrolled_last:
            self.row(self.closed_by(o, self.T1) <= 1)
        self._counts(changed)

    def closed_by(self, o: str, t: int):
        """Sum of c[o,u] over the decision years u <= t."""
        return pulp.lpSum(self.c[o, u] for u in self.decision_years if u <= t and (o, u) in self.c)

    def _yes_no(self, t: int):
        return self.var("yes", 0, 1, whole=t in self.whole_years)

    def _counts(self, changed) -> None:
        change = self.policy.change
        for t in self.decision_years:
            if change.max_open is not None:
                self.row(pulp.lpSum(a for (_, u), a in self.a.items() if u == t) <= change.max_open)
            if change.max_close is not None:
                self.row(pulp.lpSum(c for (_, u), c in self.c.items() if u == t) <= change.max_close)
        if change.points_share is None:
            return
        allowed = change.points_share * len(self.enrolled_last)
        for t in self.T:
            shares = []
            for up, down, limit in changed[t]:
                if t in self.whole_years:
                    g = self._yes_no(t)
                    self.row(up + down <= limit * g)
                    shares.append(g)
                else:
                    shares.append((up + down) * (1 / limit))
            self.row(pulp.lpSum(shares) <= allowed)

    def _totals(self) -> None:
        attributes = ("level", "school", "authority", "control", "district", "cluster", "track")
        for total in self.settings.totals:
            wanted = {c: getattr(total, c) for c in attributes if getattr(total, c) is not None}
            lines = [o for o, r in self.O.items() if all(r[c] == v for c, v in wanted.items())]
            groups = [lines]
            if total.by_school:
                groups = [[o for o in lines if self.O[o]["school"] == s] for s in self.schools]
            for group in filter(None, groups):
                last = sum(self.O[o]["last_plan"] for o in group)
                for t in self.T:
                    if total.year not in (None, t):
                        continue
                    sum_p = pulp.lpSum(self.p(o, t) for o in group)
                    if total.least is not None:
                        self.row(sum_p >= total.least)
                    if total.greatest is not None:
                        self.row(sum_p <= total.greatest)
                    if total.relative is not None:
                        self.row(sum_p >= (1 - total.relative) * last)
                        self.row(sum_p <= (1 + total.relative) * last)

    def _fairness(self) -> None:
        self.behind = []
        for wanted in self.settings.fairness:
            codes = sorted({r[wanted.by] for r in self.O.values()} - {""})
            groups = [[o for o, r in self.O.items() if r[wanted.by] == code] for code in codes]
            groups = [g for g in groups if sum(self.O[o]["last_plan"] for o in g) > 0]
            for t in self.T:
                behind = self.var("behind")
                self.behind.append((wanted.weight, t, behind))
                for group in groups:
                    last = sum(self.O[o]["last_plan"] for o in group)
                    now = pulp.lpSum(self.p(o, t) for o in group)
                    self.row(now >= wanted.floor * last)
                    self.row(behind >= 1 - now * (1 / last))

    def _bounds(self) -> None:
        for o, r in self.O.items():
            given = r["control"] == "given"
            for t in self.A if r["pathway_fed"] else self.T:
                if given and not r["pathway_fed"]:
                    self.row(self.p(o, t) == r["last_plan"])
                elif given:
                    self.row(self.p(o, t) <= r["last_plan"])
                elif math.isfinite(r["max_plan"]):
                    self.row(self.p(o, t) <= r["max_plan"])
                if not given and r["last_plan"] > 0 and t in self.T:
                    self.row(self.p(o, t) >= r["min_plan"])

    def _whole_classes(self) -> None:
        self.k = {}
        for t in self.whole_years:
            for o in self.decided:
                r = self.O[o]
                most = r["classes_max"] if math.isfinite(r["classes_max"]) else None
                k, steps = self.var("k", 0, most, whole=True), self.var("steps", 0, None, whole=True)
                self.k[o, t] = k
                self.row(self.p(o, t) == r["class_step"] * steps)
                self.row(self.p(o, t) >= r["class_min"] * k)
                self.row(self.p(o, t) <= r["class_max"] * k)
                allowed = min(self.most[o, u] for u in self.T if u <= t) > 0
                if o in self.enrolled_last and allowed:
                    self.row(k + self.closed_by(o, t) + self.merged_by(o, t) >= 1)
                if o in self.new:
                    self.row(k >= self.opened_by(o, t - 1))
            for o in (o for o in self.fed if self.O[o]["control"] != "given"):
                seats = self.var("seats", 0, None, whole=True)
                self.row(self.p(o, t) == seats)
                self.row(self.p(o, t) >= self.e(o, t))
                self.row(self.p(o, t) <= self.e(o, t) + 1)
