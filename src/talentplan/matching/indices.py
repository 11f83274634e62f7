"""The layout indices of the literature on programs and industries, as pure functions of arrays.

What they are taken over (clusters, schools, districts), and how openings come to a cluster, is settled in
`talentplan.matching.layout`; docs/layout-indices.md says how to read each and what is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "GRADES",
    "Concentration",
    "Coupling",
    "concentration",
    "coordination_grade",
    "coupling_coordination",
    "dissimilarity",
    "docking_degree",
    "shares",
    "structural_cosine",
    "structural_deviation",
]

Floats = NDArray[np.float64]

GRADES = {
    "extreme_disorder": ("极度失调", "extreme disorder"),
    "severe_disorder": ("严重失调", "severe disorder"),
    "moderate_disorder": ("中度失调", "moderate disorder"),
    "mild_disorder": ("轻度失调", "mild disorder"),
    "near_disorder": ("濒临失调", "on the verge of disorder"),
    "bare_coordination": ("勉强协调", "bare coordination"),
    "primary_coordination": ("初级协调", "primary coordination"),
    "intermediate_coordination": ("中级协调", "intermediate coordination"),
    "good_coordination": ("良好协调", "good coordination"),
    "superior_coordination": ("优质协调", "superior coordination"),
}
"""The ten bands of the coordination degree, each a tenth wide, lowest first: code, (zh, en)."""


def shares(values: ArrayLike) -> Floats:
    """Parts of a total along the last axis.

    Args:
        values: float[..., n], quantities >= 0 of one unit.

    Returns:
        float[..., n] in [0, 1], sums 1 along the last axis; NaN where the total is 0, nothing where n is 0.

    Raises:
        ValueError: a quantity is negative or not a number.
    """
    amount = np.asarray(values, dtype=np.float64)
    if not (amount >= 0).all():
        raise ValueError("quantities must be numbers >= 0")
    return _ratio(amount, amount.sum(axis=-1, keepdims=True))


def structural_deviation(supply: ArrayLike, demand: ArrayLike) -> Floats:
    """Structural deviation (结构偏离度) of every part: its share of the supply over its share of the demand, minus 1.

    0 where both shares agree, above 0 where too large a part of the supply is trained for it, below 0 where too small
    a part is, -1 where nobody is. The form with a ratio is the common one in the Chinese literature, where it first
    compared output with employment and then programs with industries (for instance Jiang Jianfeng and Zhang Yunsong,
    江苏省高职专业群设置与产业结构的耦合实证研究, 职业技术教育 2023 (23), 36-41); papers differ in which share stands
    below, so that signs are only comparable within one.

    Args:
        supply: float[..., n], quantities >= 0 (persons) by part.
        demand: float[..., n], quantities >= 0 by the same parts.

    Returns:
        float[..., n] >= -1; NaN where the part has no demand, or where either total is 0.

    >>> structural_deviation([30, 50, 20], [50, 25, 25]).round(2).tolist()
    [-0.4, 1.0, -0.2]
    """
    return _ratio(shares(supply), shares(demand)) - 1.0


def dissimilarity(supply: ArrayLike, demand: ArrayLike) -> Floats:
    """Total structural deviation: half the sum of the absolute differences of the shares.

    The part of the supply that would have to be trained for something else for the two structures to agree: the index
    of dissimilarity of Duncan and Duncan (A methodological analysis of segregation indexes, American Sociological
    Review 20, 1955).

    Args:
        supply: float[..., n], quantities >= 0 (persons) by part.
        demand: float[..., n], quantities >= 0 by the same parts.

    Returns:
        float[...] in [0, 1]: 0 for equal structures, 1 for structures without a common part; NaN where a total is 0.

    >>> float(dissimilarity([30, 50, 20], [50, 25, 25]))
    0.25
    """
    return np.asarray(0.5 * np.abs(shares(supply) - shares(demand)).sum(axis=-1), dtype=np.float64) + _undefined(supply)


def docking_degree(supply: ArrayLike, demand: ArrayLike) -> Floats:
    """Docking degree (专业与产业对接度, also 契合度): the part of the two structures that coincides.

    sum over parts of min(share of supply, share of demand) = 1 - `dissimilarity`. The literature has no one definition
    of this word; this is the overlap of two structures as Finger and Kreinin measure it (A measure of 'export
    similarity' and its possible uses, Economic Journal 89, 1979).

    Args:
        supply: float[..., n], quantities >= 0 (persons) by part.
        demand: float[..., n], quantities >= 0 by the same parts.

    Returns:
        float[...] in [0, 1]; NaN where a total is 0.
    """
    return np.asarray(1.0 - dissimilarity(supply, demand), dtype=np.float64)


def structural_cosine(supply: ArrayLike, demand: ArrayLike) -> Floats:
    """Coefficient of similarity of two structures (结构相似系数, 协调系数): the cosine of their share vectors.

    sum s d / sqrt(sum s^2 sum d^2). Chinese papers credit it to UNIDO. Large parts decide it: it stays near 1 while
    small parts are missing altogether.

    Args:
        supply: float[..., n], quantities >= 0 (persons) by part.
        demand: float[..., n], quantities >= 0 by the same parts.

    Returns:
        float[...] in [0, 1]; NaN where a total is 0.
    """
    left, right = shares(supply), shares(demand)
    lengths = np.sqrt((left**2).sum(axis=-1) * (right**2).sum(axis=-1))
    return np.minimum(_ratio((left * right).sum(axis=-1), lengths), 1.0)


@dataclass(frozen=True, slots=True)
class Coupling:
    """Coupling and coordination of two systems, arrays of one shape, each value in [0, 1] or NaN.

    coupling: C, how alike the two levels are; development: T = a U1 + b U2, how high they are; coordination:
    D = sqrt(C T); modified_coupling, modified_coordination: C and D after Wang Shujia et al. 2021.
    """

    coupling: Floats
    development: Floats
    coordination: Floats
    modified_coupling: Floats
    modified_coordination: Floats


def coupling_coordination(first: ArrayLike, second: ArrayLike, weight: float = 0.5) -> Coupling:
    """Coupling coordination degree (耦合协调度) of two systems.

        C = 2 sqrt(U1 U2) / (U1 + U2)        T = a U1 + b U2, a + b = 1        D = sqrt(C T)

    C lies in [0, 1] only in this form. Widespread forms are wrong: without the root (U1 U2 / (U1 + U2)^2 is at most
    1/4), without the 2 (at most 1/2), with a further exponent; Wang Shujia, Kong Wei, Ren Liang, Zhi Dandan and Dai
    Binting (国内耦合协调度模型的误区及修正, 自然资源学报 36 (3), 2021, 793-810) sort the misuses. They also show that
    this C crowds near 1 and tells little, and propose for two systems, U2 being the larger,

        C' = sqrt((1 - (U2 - U1)) U1 / U2)

    which is returned beside it. U1 and U2 must be levels in [0, 1] that mean something as they stand: scaling each by
    its own least and greatest value makes D depend on who else is in the table.

    Args:
        first: float[...], U1 in [0, 1].
        second: float[...], U2 in [0, 1].
        weight: a in [0, 1], weight of U1 in T; b = 1 - a.

    Returns:
        arrays of the common shape. Where one level is NaN so is everything. Where both are 0, C is 0 / 0 and NaN, T and
        D are 0.

    Raises:
        ValueError: a level or the weight lies outside [0, 1].

    >>> two = coupling_coordination(0.2, 0.8)
    >>> round(two.coupling.item(), 4), two.development.item(), round(two.coordination.item(), 4)
    (0.8, 0.5, 0.6325)
    >>> round(two.modified_coupling.item(), 4), round(two.modified_coordination.item(), 4)
    (0.3162, 0.3976)
    """
    one, two = np.broadcast_arrays(np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64))
    if not 0.0 <= weight <= 1.0:
        raise ValueError("the weight must lie in [0, 1]")
    if ((one < 0) | (one > 1) | (two < 0) | (two > 1)).any():
        raise ValueError("levels must lie in [0, 1]")
    coupling = np.minimum(_ratio(2.0 * np.sqrt(one) * np.sqrt(two), one + two), 1.0)
    development = weight * one + (1.0 - weight) * two
    low, high = np.minimum(one, two), np.maximum(one, two)
    modified = np.sqrt((1.0 - (high - low)) * _ratio(low, high))
    found = [np.where(development == 0, 0.0, np.sqrt(c * development)) for c in (coupling, modified)]
    return Coupling(coupling, development, found[0], modified, found[1])


def coordination_grade(degree: ArrayLike) -> NDArray[np.object_]:
    """The band of the coordination degree: code of `GRADES`, "" for NaN.

    Ten bands, each open below and closed above ((0.4, 0.5] is 濒临失调), as in Tian Shenzhen et al., 地理学报 76 (4),
    2021, table 1; other papers use four or seven bands, so that a word without its bands says nothing.

    Args:
        degree: float[...], D in [0, 1].

    >>> coordination_grade([0.0, 0.5, 0.51, 1.0]).tolist()
    ['extreme_disorder', 'near_disorder', 'bare_coordination', 'superior_coordination']
    """
    value = np.asarray(degree, dtype=np.float64)
    names = np.array([*GRADES, ""], dtype=object)
    # NaN goes behind the last band; 1e-12 keeps 0.1 + 0.2 in the band of 0.3
    band = np.searchsorted(np.arange(1, len(GRADES)) / len(GRADES) + 1e-12, value, side="left")
    return np.asarray(names[np.where(np.isnan(value), len(GRADES), band)], dtype=object)


@dataclass(frozen=True, slots=True)
class Concentration:
    """Concentration of every group, arrays by group.

    holders: int, members with a quantity above 0; total: their sum; hhi: sum of squared shares in [1 / holders, 1];
    normalised: (hhi - 1 / holders) / (1 - 1 / holders) in [0, 1], 1 for a single holder; equivalents: 1 / hhi, the number
    of equal holders that would be as concentrated. NaN where the total is 0.
    """

    holders: NDArray[np.int64]
    total: Floats
    hhi: Floats
    normalised: Floats
    equivalents: Floats


def concentration(values: ArrayLike, groups: ArrayLike, count: int) -> Concentration:
    """Herfindahl-Hirschman index (HHI) of every group.

    The sum of squared shares (Hirschman 1945, Herfindahl 1950; Hirschman, The paternity of an index, American Economic
    Review 54, 1964); its inverse as a number of equals is Adelman's (Comment on the 'H' concentration measure as a
    numbers-equivalent, Review of Economics and Statistics 51, 1969).

    Args:
        values: float[n] >= 0, the quantity of each member (persons); members of a group must be distinct.
        groups: int[n] in [0, count), the group of each member.
        count: number of groups.

    Raises:
        ValueError: a quantity is negative or not a number.

    >>> found = concentration([60, 20, 20, 5], [0, 0, 0, 1], 2)
    >>> found.hhi.round(2).tolist(), found.normalised.round(2).tolist(), found.equivalents.round(2).tolist()
    ([0.44, 1.0], [0.16, 1.0], [2.27, 1.0])
    """
    amount, group = np.asarray(values, dtype=np.float64), np.asarray(groups, dtype=np.int64)
    if not (amount >= 0).all():
        raise ValueError("quantities must be numbers >= 0")
    holders = np.bincount(group, amount > 0, minlength=count).astype(np.float64)
    total = np.bincount(group, amount, minlength=count).astype(np.float64)
    part = _ratio(amount, total[group])
    hhi = np.where(total > 0, np.bincount(group, np.nan_to_num(part) ** 2, minlength=count), np.nan)
    least = _ratio(np.ones(count), holders)
    normalised = np.where(holders == 1, 1.0, _ratio(hhi - least, 1.0 - least))
    return Concentration(
        holders.astype(np.int64), total, hhi, np.clip(normalised, 0.0, 1.0), _ratio(np.ones(count), hhi)
    )


def _ratio(above: Floats, below: Floats) -> Floats:
    """above / below, NaN where `below` is 0 or either is NaN, never a warning."""
    above, below = np.broadcast_arrays(above, below)
    found = np.full(above.shape, np.nan)
    np.divide(above, below, out=found, where=below != 0)
    return found


def _undefined(values: ArrayLike) -> Floats:
    """NaN where there is no part at all (an empty sum would read 0), else 0."""
    return np.asarray(np.nan if np.asarray(values).shape[-1:] == (0,) else 0.0, dtype=np.float64)
