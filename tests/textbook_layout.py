"""Section 5 of docs/how-a-plan-is-made.md for the textbook: what holds single lines of the enrolment plan."""

from __future__ import annotations

import pulp


class Layout:
    """What the textbook adds to limits and totals; `tests.textbook` gives p, a, c, k and the sets of lines and years."""

    def _layout(self) -> None:
        self._class_counts()
        self._reserved()

    def _class_counts(self) -> None:
        """classes_min while a line runs: classes in the whole-class years, persons in smallest classes later."""
        for o in self.decided:
            r = self.O[o]
            fewest = r["classes_min"]
            for t in self.T:
                if fewest * r["class_min"] > min(self.most[o, u] for u in self.T if u <= t):
                    continue
                if o in self.new:
                    runs = pulp.lpSum(self.a[o, u] for u in self.decision_years if u <= t)
                else:
                    runs = 1 - self.closed_by(o, t)
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
                    opened = pulp.lpSum(self.a[o, u] for u in self.decision_years if u <= t)
                    self.row(self.p(o, t) >= seats * opened)
                else:
                    self.row(self.p(o, t) >= seats)
