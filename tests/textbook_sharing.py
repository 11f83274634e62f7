"""What schools share and build together, for the textbook formulation; `tests.textbook_limits` asks for it."""

from __future__ import annotations

import pulp


class Sharing:
    """Agreements one by one."""

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
        """Teachers of other schools who teach at a school less its own who teach elsewhere; of all kinds without a cluster."""
        mine = [g for g, r in self.loans.items() if cluster in (None, r["cluster"])]
        borrowed = pulp.lpSum(self.v[g, t] for g in mine if self.loans[g]["to_school"] == s)
        lent = pulp.lpSum(self.v[g, t] for g in mine if self.loans[g]["from_school"] == s)
        return borrowed - lent
