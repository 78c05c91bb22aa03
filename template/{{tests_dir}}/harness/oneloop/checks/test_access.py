"""Promise 10: every route has a declared answer for every role, and gives it."""

from collections.abc import Sequence

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from oneloop.access.asking import Asker
from oneloop.access.declared import FILE, Case, find_problems, list_cases, load
from oneloop.app.routes import list_endpoints
from oneloop.clients import ClientAs
from oneloop.fixtures.app_fixtures import OpenClient
from oneloop.users import UserWithPassword

ACCESS = load()
CASES = list_cases(ACCESS)


@pytest.fixture
async def asker(
    client_as: ClientAs, _open_client: OpenClient, db_session: AsyncSession, test_users: dict[str, UserWithPassword]
) -> Asker:
    return Asker(client_as, await _open_client(), db_session, test_users)


def test_every_route_has_a_declared_answer_for_every_role(app: FastAPI, seam_roles: Sequence[str]) -> None:
    problems = find_problems(ACCESS, list_endpoints(app), seam_roles)

    if problems and (ACCESS or seam_roles):  # a service without roles has nothing to declare
        pytest.fail("\n".join([f"{FILE} and the app differ.", *problems]), pytrace=False)


if CASES:  # pytest would skip a test without parameters; the test above reports what is missing

    @pytest.mark.parametrize("case", CASES, ids=str)
    async def test_role_gets_what_is_declared(case: Case, asker: Asker) -> None:
        declared = ACCESS[case.entry]

        answer = await asker.ask(case, declared)

        expected = declared.statuses[case.role]
        if answer.status != expected:
            pytest.fail(
                f"{case} answered {answer.status}, and {FILE} declares {expected}. Fix the one "
                f"that is wrong. {answer.details}",
                pytrace=False,
            )
