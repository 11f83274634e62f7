"""Agreements to share and options to invest, typed by hand in `typed/`; every number is illustrative."""

from __future__ import annotations

from sample_region.facts import typed

__all__ = ["agreements", "investments"]

MARK: dict[str, object] = {"basis": "illustrative", "source": "示例"}


def agreements() -> list[dict[str, object]]:
    """Rows of the agreements table."""
    return [{"agreement": f"{row['resource']}~{row['school']}", **row, **MARK} for row in typed("agreements")]


def investments() -> list[dict[str, object]]:
    """Rows of the investments table."""
    return [{**row, **MARK} for row in typed("investments")]
