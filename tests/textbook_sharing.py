"""What schools share and build together, for the textbook formulation; `tests.textbook_limits` asks for it."""

from __future__ import annotations

import pulp


class Sharing:
    """Agreements, joint bases and first units one by one."""

    def near(self, agreement) -> bool:
        """Whether the way is short enough; one without minutes is."""
        limit = self.policy.travel_limit
        return limit is None or not agreement["minutes"] > limit

    def lend_teachers(self) -> None:
        self.loans = {r["agreement"]: r for r in self.case.table("teacher_agreements").to_dict("records")}
        self.v = {}
        for g, r in self.loans.items():
            for t in self.A:
                runs = r["first_year"] <= t <= r["last_year"] and self.near(r)
                self.v[g, t] = self.var("v", 0, r["teachers_max"] if runs else 0)

    def gained(self, s: str, t: int, cluster: str | None = None):
        """Teachers of other schools who teach at a school, its own who teach elsewhere, and how many may come at most; of all kinds without a cluster."""
        mine = [g for g, r in self.loans.items() if cluster in (None, r["cluster"])]
        borrowed = pulp.lpSum(self.v[g, t] for g in mine if self.loans[g]["to_school"] == s)
        lent = pulp.lpSum(self.v[g, t] for g in mine if self.loans[g]["from_school"] == s)
        most = sum(self.v[g, t].upBound for g in mine if self.loans[g]["to_school"] == s)
        return borrowed, lent, most

    def held(self, load, own: float, into, out, inherited: float, most: float, t: int) -> None:
        """load <= max(own + into - out, inherited): where inherited is more, what comes in first closes the gap or counts for nothing."""
        gap = inherited - own
        if gap <= 1e-9 * max(1.0, own):
            self.row(load <= max(own, inherited) + into - out)
        elif most <= gap:
            self.row(load <= inherited - out)
        else:
            closed = self._yes_no(t)
            self.row(load <= inherited + into - out - gap * closed)
            self.row(load <= inherited + (most - gap) * closed)

    def most_bought(self, t: int, adds: str, **where: str) -> float:
        """As `bought`, with every option that can serve in year t bought as often as it may be."""
        users = self.case.table("investment_users").to_dict("records")
        found = 0.0
        for i, r in self.investments.items():
            shares = {u["school"]: u["share"] for u in users if u["investment"] == i and adds == "hours"}
            share = shares.get(where.get("school"), 0.0) if shares else 1.0 * all(r[c] == v for c, v in where.items())
            fits = r["adds"] == adds and (not shares or r["kind"] == where["kind"])
            if fits and any(y + r["lead"] <= t <= y + r["lead"] + r["life"] - 1 for y in self.T):
                found += share * r["amount"] * r["units_max"]
        return found

    def begin_investments(self) -> None:
        """f[i,y]: the first unit of an option, dearer than the rest, is bought in y; l[s,c,y]: s begins to lead c in y."""
        self.extra = {
            i: r["cost_first"] - r["cost"] if r["cost_first"] > r["cost"] else 0.0 for i, r in self.investments.items()
        }
        self.f = {(i, y): self._yes_no(y) for i, extra in self.extra.items() if extra > 0 for y in self.T}
        for i in {i for i, _ in self.f}:
            self.row(pulp.lpSum(self.f[i, y] for y in self.T) <= 1)
            for y in self.T:
                self.row(
                    self.x[i, y]
                    <= self.investments[i]["units_max"] * pulp.lpSum(self.f[i, u] for u in self.T if u <= y)
                )
        most = self.policy.cluster_leaders
        pairs = {(r["school"], r["cluster"]) for r in self.investments.values() if r["cluster"]}
        if most is None or not pairs:
            return
        lead = {(s, c, y): self._yes_no(y) for s, c in sorted(pairs) for y in self.T}
        for i, r in self.investments.items():
            if r["cluster"]:
                for y in self.T:
                    so_far = pulp.lpSum(lead[r["school"], r["cluster"], u] for u in self.T if u <= y)
                    self.row(self.x[i, y] <= r["units_max"] * so_far)
        for c in {c for _, c in pairs}:
            self.row(pulp.lpSum(v for (_, k, _), v in lead.items() if k == c) <= most)

    def cost_of(self, i: str, y: int):
        return self.investments[i]["cost"] * self.x[i, y] + (self.extra[i] * self.f[i, y] if self.extra[i] else 0)

    def paid_under(self, mark: str, y: int):
        """What the budget pays under an earmark: all of an option's cost, or the shares of those who pay it."""
        named = self.case.table("investment_payers").to_dict("records")
        terms = []
        for i, r in self.investments.items():
            own = [p for p in named if p["investment"] == i]
            every = own or [{"share": 1.0, "earmark": r["earmark"], "own_money": False}]
            shares = [p["share"] for p in every if p["earmark"] == mark and not p["own_money"]]
            terms += [share * self.cost_of(i, y) for share in shares]
        return pulp.lpSum(terms)

    def hours_bought(self, t: int, s: str, kind: str):
        """Hours in use at a school in year t: its share of what joint bases add, all of what others do."""
        users = self.case.table("investment_users").to_dict("records")
        terms = []
        for i, r in self.investments.items():
            shares = {u["school"]: u["share"] for u in users if u["investment"] == i} or {r["school"]: 1.0}
            if r["adds"] != "hours" or r["kind"] != kind or s not in shares:
                continue
            used = [y for y in self.T if y + r["lead"] <= t <= y + r["lead"] + r["life"] - 1]
            terms += [shares[s] * r["amount"] * self.x[i, y] for y in used]
        return pulp.lpSum(terms)
