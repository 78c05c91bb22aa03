"""The access table: each route of the service, and the status that each role gets from it.

A route or a role that is missing here fails the tests, with the line to add. Words after the path
distinguish two entries of one route. See docs/testing/access.md.
"""

from oneloop.access import Access, Call, Given

from tests.factories import create_document

NEW_DOCUMENT = Call(json={"title": "Plan", "content": "Some text."})
NEW_TITLE = Call(json={"title": "Another plan"})
NEW_USER = Call(
    json={"email": "new@test.com", "username": "new", "password": "long enough to keep"}
)


async def credentials(given: Given) -> Call:
    """Sign in as an existing user."""
    writer = given.users["writer"]
    return Call(json={"email": writer["user"].email, "password": writer["password"]})


async def refresh_token(given: Given) -> Call:
    """Send an unused refresh token."""
    body = (await credentials(given))["json"]
    tokens = await given.client.post("/api/auth/login", json=body)
    return Call(json={"refresh_token": tokens.json()["refresh_token"]})


async def another_user(given: Given) -> Call:
    """Change another user."""
    return Call(path={"user_id": given.another_user.id}, json={"is_active": False})


async def own_document(given: Given) -> Call:
    """Address a document of the caller."""
    document = await create_document(given.session, author=given.caller)
    return Call(path={"document_id": document.id})


async def anothers_document(given: Given) -> Call:
    """Address a document of another user."""
    document = await create_document(given.session, author=given.another_user)
    return Call(path={"document_id": document.id})


ACCESS = {
    "GET /api/health": Access(anonymous=200, admin=200, editor=200, writer=200),
    "HEAD /api/health": Access(anonymous=200, admin=200, editor=200, writer=200),
    "GET /api/ready": Access(anonymous=200, admin=200, editor=200, writer=200),
    "HEAD /api/ready": Access(anonymous=200, admin=200, editor=200, writer=200),
    "POST /api/auth/login": Access(
        anonymous=200, admin=200, editor=200, writer=200, arrange=credentials
    ),
    "POST /api/auth/refresh": Access(
        anonymous=200, admin=200, editor=200, writer=200, arrange=refresh_token
    ),
    "POST /api/auth/logout": Access(
        anonymous=204, admin=204, editor=204, writer=204, arrange=refresh_token
    ),
    "GET /api/users/me": Access(anonymous=401, admin=200, editor=200, writer=200),
    "GET /api/users": Access(anonymous=401, admin=200, editor=403, writer=403),
    "POST /api/users": Access(anonymous=401, admin=201, editor=403, writer=403, call=NEW_USER),
    "PATCH /api/users/{user_id}": Access(
        anonymous=401, admin=200, editor=403, writer=403, arrange=another_user
    ),
    "GET /api/documents": Access(anonymous=401, admin=200, editor=200, writer=200),
    "POST /api/documents": Access(
        anonymous=401, admin=201, editor=201, writer=201, call=NEW_DOCUMENT
    ),
    "GET /api/documents/search": Access(
        anonymous=401, admin=200, editor=200, writer=200, call=Call(params={"q": "plan"})
    ),
    "GET /api/documents/{document_id} of another": Access(
        anonymous=401, admin=200, editor=200, writer=200, arrange=anothers_document
    ),
    "PATCH /api/documents/{document_id} of their own": Access(
        anonymous=401, admin=200, editor=200, writer=200, call=NEW_TITLE, arrange=own_document
    ),
    "PATCH /api/documents/{document_id} of another": Access(
        anonymous=401, admin=200, editor=200, writer=403, call=NEW_TITLE, arrange=anothers_document
    ),
    "DELETE /api/documents/{document_id} of their own": Access(
        anonymous=401, admin=204, editor=204, writer=204, arrange=own_document
    ),
    "DELETE /api/documents/{document_id} of another": Access(
        anonymous=401, admin=204, editor=204, writer=403, arrange=anothers_document
    ),
    "GET /api/metrics": Access(anonymous=401, admin=200, editor=403, writer=403),
}
