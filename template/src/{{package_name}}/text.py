"""Text that the database takes: no NUL, no lone surrogate, and a length."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, StringConstraints


def _storable(value: str) -> str:
    if "\x00" in value:
        message = "must not contain the character NUL"
        raise ValueError(message)
    try:
        value.encode()
    except UnicodeEncodeError:
        message = "must be valid Unicode"
        raise ValueError(message) from None
    return value


def normalise_email(email: str) -> str:
    """Return the one form that an email address is kept and looked up in; a wrong one as it is."""
    try:
        return validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return email.lower()


_STORABLE = AfterValidator(_storable)

Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), _STORABLE
]
Prose = Annotated[str, StringConstraints(max_length=100_000), _STORABLE]
Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,49}$")]
NewPassword = Annotated[str, StringConstraints(min_length=12, max_length=128), _STORABLE]
# What somebody types to sign in is compared and not stored: no rule of ours may give a hint.
Typed = Annotated[str, StringConstraints(max_length=320), _STORABLE]
