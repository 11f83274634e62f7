import pytest
from tests.report import synthetic

from talentplan.plan.plan import Plan
from talentplan.workspace.case import Case


@pytest.fixture(scope="session")
def case() -> Case:
    return synthetic.case()


@pytest.fixture(scope="session")
def plan(case: Case) -> Plan:
    return synthetic.plan(case)
