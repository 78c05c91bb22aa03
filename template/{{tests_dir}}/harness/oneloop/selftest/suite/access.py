"""Who may call which route of the small service."""

from oneloop.access import Access, Call

LOGIN = Call(json={"email": "a@test.com"})
ACCESS = {
    "POST /run": Access(anonymous=200, admin=200, writer=200),
    "POST /api/auth/login": Access(anonymous=200, admin=200, writer=200, call=LOGIN),
    "DELETE /notes": Access(anonymous=401, admin=200, writer=403),
}
