"""The planning model as typed settings: everything of `models/<region>.yaml` that is not a table.

Every default is a judgement of the product, marked as such in docs/settings.md; a model overrides it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, Strict, field_validator
from pydantic_core import PydanticCustomError

__all__ = [
    "Budget", "Change", "Excluded", "Forecast", "Horizon", "Label", "Objective", "Policy", "RuleSetting", "Settings",
    "Solving", "Total", "Verdicts",
]  # fmt: skip

Method = Literal[
    "ensemble",
    "naive",
    "drift",
    "damped_drift",
    "excel_linear",
    "theta",
    "shift_share",
    "ridge",
    "boosting",
    "automatic",
]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, le=10_000_000_000_000)]  # CNY, persons or minutes: what no region reaches
Weight = Annotated[float, Field(ge=0, le=1_000_000)]  # beyond this no solver tells the other terms from nothing
Step = Annotated[tuple[Share, Weight], Strict(False)]  # YAML has lists only


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Label(_Strict):
    """A text in both languages."""

    zh: str
    en: str


class Horizon(_Strict):
    """The years the plan decides."""

    first_year: int = Field(ge=1950, le=2200, description="first autumn the plan decides, calendar year")
    years: int = Field(10, ge=1, le=30, description="autumns the plan decides, years")


class Forecast(_Strict):
    """How employment is projected."""

    methods: list[Method] = Field(
        default_factory=lambda: list(get_args(Method)),
        min_length=1,
        description="methods that may be used: the ensemble unless another is clearly better in its group of industries",
    )
    window: int = Field(10, ge=3, le=100, description="years of history a linear trend uses, years")
    min_train: int = Field(4, ge=3, le=100, description="years a backtest origin must have behind it, years")
    origins: int = Field(8, ge=1, le=100, description="past years from which every method is judged, years")
    paths: int = Field(500, ge=0, le=10_000, description="joint sample paths; 0 for the point forecast alone, paths")
    seed: int = Field(
        0, ge=0, le=4_294_967_295, description="seed of the sample paths and of the boosted trees, number"
    )
    automatic: bool = Field(True, description="use the models of statsforecast where it is installed, yes/no")
    hold_after: int = Field(10, ge=1, le=100, description="openings are held flat after so many years, years")
    openings: Literal["forecast", "given", "both"] = Field(
        "forecast", description="openings from the forecast, from the openings table, or the table where it has rows"
    )


class Change(_Strict):
    """How much may change from one year to the next."""

    classes_per_offering: int | None = Field(
        2, ge=0, le=1000, description="classes an offering may gain or lose in a year"
    )
    points_share: Share | None = Field(
        None, description="share of the offerings whose number may change in a year (openings, closures exempt)"
    )
    max_open: int | None = Field(5, ge=0, description="offerings that may open or resume in a year")
    max_close: int | None = Field(5, ge=0, description="offerings that may fall to zero in a year")
    decision_years: int = Field(3, ge=1, description="years in which offerings may open or close, years")


class Policy(_Strict):
    """Numbers a bureau sets by judgement or standard."""

    discount_rate: Share = Field(0.03, description="yearly discount of person-equivalents, share/year")
    over_qualified_steps: int = Field(1, ge=0, description="levels a completer may step down, levels")
    autumn_share: Share = Field(
        1 / 3, description="part of a school year's money that falls in its first calendar year"
    )
    teacher_cost: Amount = Field(0.0, description="yearly cost of a hired teacher, CNY/year")
    fill_weight: Amount = Field(
        40.0, description="persons of plan by which an offering's fill is drawn to its program's"
    )
    relative_change: Share | None = Field(
        None,
        description="an offering may change by so much a year, share of its last plan (of a class where it had none)",
    )
    relative_floor: Amount = Field(0.0, description="that change is at least so many persons, persons")
    travel_limit: Amount | None = Field(
        None, description="agreements with a longer way are not used, minutes one way; empty: not limited"
    )
    teach_out: bool = Field(
        False,
        description="a line that is suspended or closes takes those who were promised a seat before, and nobody else, yes/no",
    )
    cluster_leaders: int | None = Field(
        None, ge=0, description="schools that may buy investments of one cluster, schools; empty: not limited"
    )
    change: Change = Field(default_factory=Change)


class Budget(_Strict):
    """Money of one kind in one or all calendar years; kinds without any entry are not limited."""

    kind: Literal["recurrent", "investment"] = Field(description="what the money may be spent on")
    amount: Amount = Field(description="CNY in the calendar year")
    year: int | None = Field(
        None,
        description="calendar year; none means every year without an entry of its own. Where all entries are dated, the last year's amount goes on after it, but a fund with an earmark ends",
    )
    earmark: str = Field("", description="what the money is tied to (investment only); empty means general")
    source: str = Field("", description="who pays")


class Total(_Strict):
    """A bound on the sum of plan numbers over the offerings that match every given attribute."""

    name: Label | None = Field(None, description="what the bound is called")
    year: int | None = Field(None, description="autumn; none means every plan year")
    level: str | None = Field(None, description="offerings of this level only")
    school: str | None = Field(None, description="offerings of this school only")
    authority: str | None = Field(None, description="offerings under this authority only")
    control: str | None = Field(None, description="offerings under this control only")
    district: str | None = Field(None, description="offerings of schools in this district only")
    cluster: str | None = Field(None, description="offerings of this cluster only")
    track: str | None = Field(None, description="offerings of this track only")
    least: Amount | None = Field(None, description="at least so many, persons/year")
    greatest: Amount | None = Field(None, description="at most so many, persons/year")
    relative: Share | None = Field(
        None, description="within +/- this share of last year's plan, each school apart if by_school"
    )
    by_school: bool = Field(False, description="one bound per school instead of one for all")


class Fairness(_Strict):
    """Nobody falls far behind: plan numbers of every district, school or entrant group against last year's."""

    by: Literal["district", "school", "entrant_group"] = Field(description="what is compared; each word once")
    floor: Share = Field(0.0, description="least share of last year's plan numbers of every group, in every plan year")
    weight: Weight = Field(
        0.0,
        description="person-equivalents a year for lifting the least share of any group from 0 to 1 (max-min); "
        "0: not weighed",
    )


Term = Literal[
    "shortage", "unplaced", "over_qualified", "mismatch", "broken_promise", "moved_seat", "unfairness", "money"
]


class Objective(_Strict):
    """Prices in person-equivalents; all are judgement, each with its sensitivity."""

    shortage: Weight = Field(1.0, description="per opening nobody fills")
    shortage_steps: list[Step] = Field(
        default_factory=lambda: [(0.1, 0.5), (0.5, 1.0), (1.0, 1.5)],
        description="price factor by share of the openings unfilled: (up to this share, factor), factors rising",
    )
    unplaced: Weight = Field(0.6, description="per completer without an opening")
    over_qualified: Weight = Field(0.15, description="per level a completer steps down")
    mismatch: Weight = Field(0.2, description="per person, times 1 - relevance")
    broken_promise: Weight = Field(2.0, description="per promised seat that is not there")
    moved_seat: Weight = Field(0.02, description="per plan number changed from one year to the next")
    money: Weight = Field(0.0, description="person-equivalents per million CNY")
    priorities: list[list[Term]] = Field(
        default_factory=list,
        description="strict order instead of weighing: a list of ranks, each a list of terms (shortage, unplaced, "
        "over_qualified, mismatch, broken_promise, moved_seat, unfairness, money), the first rank as good as it can be before the "
        "next counts; terms not named come last together, within a rank the weights hold; empty: all weighed",
    )

    @field_validator("priorities")
    @classmethod
    def _ranked_once(cls, ranks: list[list[Term]]) -> list[list[Term]]:
        named = [term for rank in ranks for term in rank]
        if len(named) != len(set(named)) or not all(ranks):
            raise PydanticCustomError("ranked_once", "name at least one term in each rank and each term once at most")
        return ranks

    @field_validator("shortage_steps")
    @classmethod
    def _steps_rise(cls, steps: list[Step]) -> list[Step]:
        shares, factors = [s for s, _ in steps], [f for _, f in steps]
        if shares != sorted(set(shares)) or factors != sorted(factors) or not shares or shares[-1] != 1.0:
            raise PydanticCustomError("steps_rise", "rise in share and factor and end at share 1.0")
        return steps


class Solving(_Strict):
    """How the plan is computed."""

    whole_class_years: int = Field(
        1, ge=0, le=3, description="years planned in whole classes, years; 0 for a linear plan"
    )
    gap: Share = Field(0.005, description="proven relative gap at which the whole-class search stops, share")
    nodes: int | None = Field(
        None,
        ge=0,
        le=1_000_000_000,
        description="nodes of branch and bound after the first whole-class plan; 0: none, the gap stands as proven; "
        "empty: 2000 up to 5000 columns, none above",
    )


class Verdicts(_Strict):
    """When a change is called by which name."""

    priority_shortage: Share = Field(
        0.3, description="share of its openings unfilled above which a point is listed as 重点紧缺"
    )
    upgrade_related: Share = Field(
        0.5, description="share in a related job below which a kept point is listed as 改造升级"
    )


class RuleSetting(_Strict):
    """A rule pack of `models/rules/` and whether it is on."""

    pack: str = Field(description="name of the file, without .yaml")
    on: bool = Field(True, description="whether its rules bind")


class Excluded(_Strict):
    """Something the plan does not decide, said by name on page one."""

    zh: str
    en: str


class Settings(_Strict):
    """One planning model."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$", description="short name in letters, digits, _ and -; names the runs")
    title: Label = Field(description="title of the plan")
    region: Label = Field(description="name of the region")
    tables: str = Field(
        description="folder with industries/, programs/, reference/, or one workbook, beside the model file"
    )
    illustrative: bool = Field(False, description="true where the figures are made up; page one then says so")
    horizon: Horizon
    forecast: Forecast = Field(default_factory=Forecast)
    policy: Policy = Field(default_factory=Policy)
    budget: list[Budget] = Field(default_factory=list)
    totals: list[Total] = Field(default_factory=list)
    fairness: list[Fairness] = Field(default_factory=list)
    objective: Objective = Field(default_factory=Objective)
    rules: list[RuleSetting] = Field(default_factory=list)
    solving: Solving = Field(default_factory=Solving)
    verdicts: Verdicts = Field(default_factory=Verdicts)
    excluded: list[Excluded] = Field(default_factory=list)
    labels: dict[str, Label] = Field(
        default_factory=dict, description="words for districts, origins, entrant groups, earmarks, kinds"
    )
    scenarios: str = Field("scenarios", description="folder of scenario files, beside the model file")

    @field_validator("fairness")
    @classmethod
    def _each_comparison_once(cls, comparisons: list[Fairness]) -> list[Fairness]:
        if len({wanted.by for wanted in comparisons}) < len(comparisons):
            raise PydanticCustomError("compared_once", "name each of district, school, entrant_group once at most")
        return comparisons

    def label(self, code: str, lang: str) -> str:
        """The label of a code, or the code itself."""
        found = self.labels.get(code)
        return code if found is None else (found.zh if lang == "zh" else found.en)

    def schema(self) -> dict[str, Any]:  # type: ignore[override]
        """The JSON schema of a planning model, for editors."""
        return self.model_json_schema()
