"""Section 5 of docs/how-a-plan-is-made.md for the textbook: what holds single lines of the enrolment plan."""

from __future__ import annotations

import math
from collections import defaultdict

import pulp


class Layout:
    """What the textbook adds to limits and totals; `tests.textbook` gives p, a, c, k and the sets of lines and years."""

    def _layout(self) -> None:
        self._class_counts()
        self._reserved()
        self._orders()
        self._teach_out()
        self._mergers()

    def _class_counts(self) -> None:
        """classes_min while a line runs: classes in the whole-class years, persons in smallest classes later."""
        for o in self.decided:
            r = self.O[o]
            fewest = r["classes_min"]
            for t in self.T:
                if fewest * r["class_min"] > min(self.most[o, u] for u in self.T if u <= t):
                    continue
                runs = self.opened_by(o, t) if o in self.new else 1 - self.closed_by(o, t) - self.merged_by(o, t)
                if t in self.whole_years:
                    self.row(self.k[o, t] >= fewest * runs)
                else:
                    self.row(self.p(o, t) >= fewest * r["class_min"] * runs)

    def _reserved(self) -> None:
        """Seats of order classes and earmarks, while a new line runs and as far as max_plan leaves room."""
        rows = self.case.table("reserved_seats").to_dict("records")
        for o in self.decided:
            for t in self.T:
                seats = sum(r["seats"] for r in rows if r["offering"] == o and r["year"] in (0, t))
                seats = min(seats, self.most[o, t])
                if seats == 0:
                    continue
                if o in self.new:
                    self.row(self.p(o, t) >= seats * self.opened_by(o, t))
                else:
                    self.row(self.p(o, t) >= seats)

    def _orders(self) -> None:
        """Completers of seats of order classes that name an occupation are placed there, as far as it has openings."""
        rows = self.case.table("reserved_seats").to_dict("records")
        asked, due, gone = defaultdict(float), defaultdict(list), defaultdict(list)
        for o, j in sorted({(r["offering"], r["occupation"]) for r in rows if r["occupation"]}):
            r, i = self.O[o], self.O[o]["program"]
            local = r["local_retention"] * r["seeks_work"] * (1 - r["progression_outside"])
            for t in self.A:
                most, done = 0.0, 0.0
                for u in self.T:
                    every = sum(x["seats"] for x in rows if x["offering"] == o and x["year"] in (0, u))
                    own = sum(
                        x["seats"] for x in rows if (x["offering"], x["occupation"]) == (o, j) and x["year"] in (0, u)
                    )
                    if own == 0 or t <= u:
                        continue
                    room = r["last_plan"] if r["control"] == "given" else self.most[o, u]
                    held = own * min(1, room / every) * r["fill"] * self._stays_to_the_end(o, t - u)
                    most += held
                    done += held * (self.opened_by(o, u) if o in self.new else 1)
                if local * most == 0:
                    continue
                k = self.var("k")
                self.row(k <= min(1, sum(a["max_share"] for a in self.pathways if a["from_offering"] == o)) * done)
                gone[o, t].append(k)
                asked[i, j, t] += local * most
                due[i, j, t].append(local * (done - k))
        for (o, t), ks in gone.items():
            self.row(pulp.lpSum(ks) <= self.z_out(o, t))
        for (i, j, t), parts in due.items():
            room = 0.0
            for (job, level, year), q in self.Q.items():
                if (job, year) == (j, t) and (i, j, level, t) in self.m:
                    rivals = sum(n for (h, g, u), n in asked.items() if (g, u) == (j, t) and (h, j, level, t) in self.m)
                    room += q * asked[i, j, t] / rivals
            placed = pulp.lpSum(m for (h, g, _, u), m in self.m.items() if (h, g, u) == (i, j, t))
            self.row(placed >= pulp.lpSum(parts) - max(0, asked[i, j, t] - room))

    def _stays_to_the_end(self, o: str, years: int) -> float:
        """Share of starters of o who complete after so many years and never changed lines: a year is repeated or passed."""
        present, shares = {(1, 0): 1.0}, self.grades[o]
        for _ in range(years):
            later, finished = defaultdict(float), 0.0
            for (g, times), share in present.items():
                if g == self.O[o]["D"]:
                    finished += share * shares[g][0]
                else:
                    later[g + 1, times] += share * shares[g][0]
                if times < 2:
                    later[g, times + 1] += share * shares[g][1]
            present = later
        return finished

    # -- teaching out -----------------------------------------------------------------------------------------------

    def _before(self) -> None:
        """y (`taught`) and w (`lapsed`) of every pathway and year; both nothing unless the policy asks for teaching out."""
        on = self.policy.teach_out
        self.taught = {(a["pathway"], t): self.var("y", 0, None if on else 0) for a in self.pathways for t in self.A}
        self.lapsed = {(a["pathway"], t): self.var("w", 0, None if on else 0) for a in self.pathways for t in self.A}

    def ending(self, o: str, t: int):
        """Persons who pass into a direct line that does not recruit."""
        return pulp.lpSum(self.taught[a["pathway"], t] for a in self.pathways if a["to_offering"] == o)

    def idle(self, o: str, t: int):
        """1 where a line does not recruit: suspended and not opened, closed in a whole-class year, taken to zero by max_plan or a rule."""
        r = self.O[o]
        if r["status"] == "suspended" and r["last_plan"] == 0:
            return 1 - self.opened_by(o, t)
        if o not in self.enrolled_last:
            return 0
        if min(self.most[o, u] for u in self.T if u <= t) <= 0:
            return 1
        if self.limit(o, self.T1) is None:
            return 0
        return pulp.lpSum(
            self.c[o, u] for u in self.decision_years if u <= t and u in self.whole_years and (o, u) in self.c
        )

    def _teach_out(self) -> None:
        if not self.policy.teach_out:
            return
        for a in self.pathways:
            o, D, r = a["to_offering"], self.O[a["from_offering"]]["D"], self.O[a["to_offering"]]
            most = 20 * self.O[a["from_offering"]]["class_max"] if math.isnan(a["seats"]) else a["seats"]
            suspended = r["status"] == "suspended" and r["last_plan"] == 0
            for t in self.A:
                y, w, z = self.taught[a["pathway"], t], self.lapsed[a["pathway"], t], self.z[a["pathway"], t]
                promised = a["min_share"] * self.G(a["from_offering"], t)
                began_in_plan = t - D >= self.T0
                self.row(w <= (most * self.idle(o, t - D) if began_in_plan else 0))
                if r["pathway_fed"]:
                    self.row(y <= 0)
                    if suspended:
                        self.row(z <= (0 if began_in_plan else promised))
                    continue
                self.row(y <= z)
                self.row(y <= promised)
                self.row(y <= most * self.idle(o, t))
                if suspended and began_in_plan:
                    self.row(y <= 0)
                elif began_in_plan:
                    self.row(y <= most * (1 - self.idle(o, t - D)))

    # -- merging and moving -----------------------------------------------------------------------------------------

    def merged_by(self, o: str, t: int):
        """Sum of d[o>q,u], u <= t: 1 once the line has merged into another one."""
        return pulp.lpSum(d for (i, _, u), d in self.d.items() if i == o and u <= t)

    def opened_by(self, o: str, t: int):
        """Sum of a[o,u] and of d[q>o,u], u <= t: 1 once a new line has opened or taken another one over."""
        opened = [self.a[o, u] for u in self.decision_years if u <= t and (o, u) in self.a]
        return pulp.lpSum(opened) + pulp.lpSum(d for (_, q, u), d in self.d.items() if q == o and u <= t)

    def _merge_variables(self) -> None:
        """d[o,q,t] yes or no, what o loses (`out`) and what q gains (`into`) by it."""
        self.d, self.out, self.into = {}, {}, {}
        for r in self.case.table("mergers").to_dict("records"):
            o, q = r["from_offering"], r["to_offering"]
            if o not in self.enrolled_last or q not in self.decided:
                continue
            for t in self.decision_years:
                if t in self.whole_years and t >= r["first_year"]:
                    self.d[o, q, t] = self.var("d", 0, 1, whole=True)
                    self.out[o, q, t], self.into[o, q, t] = self.var("out"), self.var("into")

    def _mergers(self) -> None:
        for (o, q, t), d in self.d.items():
            self.row(self.out[o, q, t] <= self._most(o, t) * d)
            self.row(self.into[o, q, t] <= self._most(o, t) * d)
            self.row(self.into[o, q, t] <= self.p(o, t - 1))
            self.row(self.into[o, q, t] >= min(self.O[q]["class_min"], self.O[o]["last_plan"]) * d)
            self.row(self.down[q, t] <= sum(self._most(line, t) for line in self.O) * (1 - d))
            for u in self.T:
                if u >= t:
                    earlier = [e for (i, k, v), e in self.d.items() if (i, k) == (o, q) and v <= u]
                    self.row(self.p(q, u) >= self.O[q]["class_min"] * pulp.lpSum(earlier))
        for o in {o for o, _, _ in self.d}:
            self.row(self.merged_by(o, self.T1) <= 1)
            for t in self.T:
                self.row(self.p(o, t) <= self._most(o, t) * (1 - self.merged_by(o, t)))

    def _most(self, o: str, t: int) -> float:
        yearly = [self.limit(o, u) for u in self.T if u <= t]
        return self.O[o]["last_plan"] + sum(10 * self.O[o]["class_max"] if y is None else y for y in yearly)
