"""Who may call which route of the small service."""

from oneloop.access import Access, Call, Given


async def credentials(given: Given) -> Call:
    admin = given.users["admin"]
    return Call(json={"email": admin["user"].email, "password": admin["password"]})


ACCESS = {
    "POST /run": Access(anonymous=200, admin=200, writer=200),
    "POST /api/auth/login": Access(anonymous=200, admin=200, writer=200, arrange=credentials),
    "DELETE /notes": Access(anonymous=401, admin=200, writer=403),
}
