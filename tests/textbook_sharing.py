"""What schools share and build together, for the textbook formulation; `tests.textbook_limits` asks for it."""

from __future__ import annotations


class Sharing:
    """Agreements one by one."""

    def near(self, agreement) -> bool:
        """Whether the way is short enough; one without minutes is."""
        limit = self.policy.travel_limit
        return limit is None or not agreement["minutes"] > limit
