"""Tokens and passwords."""

from collections.abc import Iterator

from oneloop_tools.convert.syntax import Node, cst
from oneloop_tools.plant.edits import drop_element
from oneloop_tools.plant.index import Index
from oneloop_tools.plant.source import Edit, Source, argument, called, dotted

from .kind import Find, Kind

REQUIRED = {"aud": "audience", "iss": "issuer"}


def unchecked(claim: str) -> Find:
    def find(source: Source, _index: Index) -> Iterator[Edit | None]:
        for call in source.calls("decode"):
            options = argument(call, "options")
            already = options is not None and claim in source.code(options.value)
            if not dotted(call.func).endswith("jwt.decode") or already:
                continue
            old = f"**{source.code(options.value)}, " if options is not None else ""
            new = f'{{{old}"{claim}": False}}'
            if claim == "verify_aud" and argument(call, "audience") is None:
                continue
            if options is not None:
                yield Edit(options.value, new, call)
            else:
                _, end = source.span(call.args[-1])
                yield Edit(call, f", options={new}", call, span=(end, end))

    return find


def claim_optional(source: Source, _: Index) -> Iterator[Edit | None]:
    """A token without an expiry is accepted. PyJWT itself requires an audience and an issuer that it is given."""
    for node, element, key in source.entries():
        if key == "require" and "jwt.decode" in source.text:
            call = source.first_above(node, cst.Call)
            given = {claim for claim, name in REQUIRED.items() if call is not None and argument(call, name)}
            for claim in getattr(element.value, "elements", ()):
                if source.code(claim.value).strip("\"'") not in given:
                    yield drop_element(source, element.value, claim)


def token_endless(source: Source, _: Index) -> Iterator[Edit | None]:
    yield from (drop_element(source, node, element) for node, element, key in source.entries() if key == "exp")


def password_unchecked(source: Source, _: Index) -> Iterator[Edit | None]:
    for call in source.calls("verify", "verify_password", "checkpw", "compare_digest", "verify_and_update"):
        if len(call.args) >= 2 and isinstance(call.func, cst.Attribute) and not _awaited(source, call):
            yield Edit(call, "(True, None)" if called(call) == "verify_and_update" else "True", call)


def _awaited(source: Source, call: Node) -> bool:
    return isinstance(source.parent(call), cst.Await)


def secret_stored(source: Source, _: Index) -> Iterator[Edit | None]:
    """`hashlib.sha256(x.encode()).hexdigest()` becomes `x`."""
    for call in source.calls("hexdigest", "digest"):
        made = call.func.value if isinstance(call.func, cst.Attribute) else None
        if isinstance(made, cst.Call) and "hashlib" in dotted(made.func) + source.text and made.args:
            value = made.args[0].value
            encoded = (
                isinstance(value, cst.Call) and called(value) == "encode" and isinstance(value.func, cst.Attribute)
            )
            if encoded:
                yield Edit(call, source.code(value.func.value), call)


TESTS = "tests/auth/test_access_token.py::TestAccessToken"
KINDS = (
    Kind(
        "token-audience-unchecked",
        "`jwt.decode` does not verify the audience.",
        "A token that was issued for another service signs in.",
        f"{TESTS}::test_invalid_token_returns_401",
        unchecked("verify_aud"),
        "auth/tokens.py read_access_token",
    ),
    Kind(
        "token-expiry-unchecked",
        "`jwt.decode` does not verify the expiry.",
        "A stolen token is valid for ever.",
        f"{TESTS}::test_invalid_token_returns_401",
        unchecked("verify_exp"),
        "auth/tokens.py read_access_token",
    ),
    Kind(
        "token-signature-unchecked",
        "`jwt.decode` does not verify the signature.",
        "Anyone writes a token for any user.",
        f"{TESTS}::test_token_of_another_signer_returns_401",
        unchecked("verify_signature"),
        "auth/tokens.py read_access_token",
    ),
    Kind(
        "token-claim-optional",
        "A required claim is not required.",
        "A token without an expiry is accepted.",
        f"{TESTS}::test_invalid_token_returns_401",
        claim_optional,
        "auth/tokens.py read_access_token",
    ),
    Kind(
        "token-endless",
        "A new token has no expiry.",
        "A stolen token is valid for ever, or no token is valid at all.",
        f"{TESTS}::test_tokens_end_after_the_time_of_the_settings",
        token_endless,
        "auth/tokens.py create_access_token",
    ),
    Kind(
        "password-unchecked",
        "The comparison of a password or a secret is always true.",
        "Any password signs in.",
        "tests/auth/test_login.py::TestLogin::test_wrong_password_returns_401",
        password_unchecked,
        "auth/passwords.py Passwords._verify.verify",
    ),
    Kind(
        "secret-stored",
        "A secret is stored as it is and not as its hash.",
        "A copy of the database contains usable tokens.",
        "tests/auth/test_refresh_token.py::TestRefresh::test_token_is_stored_as_a_hash",
        secret_stored,
        "auth/tokens.py hash_refresh_token",
    ),
)
