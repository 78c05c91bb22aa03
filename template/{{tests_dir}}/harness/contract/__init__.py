"""The contract: what callers rely on stays as it is, and the app answers as it says it does.

`snapshot` compares the app's OpenAPI description with the one that is committed, by `outline` and
`difference`; `generated` sends requests made from the description to the live server. See
docs/testing/live.md.
"""
