"""Text that the database accepts: no NUL, no lone surrogate, a maximum length; and changes."""

from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


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
    """Return the stored form of an email address; an invalid one in lower case."""
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
# The input of a login is compared and not stored, so it has no rules that would give a hint.
Typed = Annotated[str, StringConstraints(max_length=320), _STORABLE]


def _without_defaults(schema: dict[str, Any]) -> None:
    for member in schema["properties"].values():
        member.pop("default", None)


class Change(BaseModel):
    """The members to change; a member that is left out keeps its value, and null is invalid."""

    # A client that fills in declared defaults would change those members too.
    model_config = ConfigDict(json_schema_extra=_without_defaults)
