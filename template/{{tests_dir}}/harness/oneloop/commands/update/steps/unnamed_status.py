from .step import ServiceFiles, Step

CHANGES = {
    "from http import HTTPStatus\n": "from http import HTTPStatus\nfrom http.client import responses\n",
    "from fastapi.responses import JSONResponse\n": "from fastapi.responses import JSONResponse\n"
    "from fastapi.utils import is_body_allowed_for_status_code\n",
    "    title = HTTPStatus(status).phrase\n": '    title = responses.get(status, "Error")  # 499 has no name\n',
    "    assert isinstance(error, HTTPException)\n    return problem(": "    assert isinstance(error, HTTPException)\n"
    "    if not is_body_allowed_for_status_code(error.status_code):\n"
    "        return Response(status_code=error.status_code, headers=error.headers)\n"
    "    return problem(",
}


def change(files: ServiceFiles) -> None:
    for path in files.sources(".py"):
        text = files.read(path) or ""
        if "title = HTTPStatus(status).phrase" not in text:
            continue
        if all(text.count(old) == 1 for old in CHANGES) and "import responses" not in text:
            for old, new in CHANGES.items():
                text = text.replace(old, new)
            files.write(path, text)
        else:
            reason = "A status without a standard name, such as 499, is answered with 500."
            files.leave(path, reason, 'title = http.client.responses.get(status, "Error")')


STEP = Step(
    "0.3.0",
    "Answer a status without a standard name, and one without a body",
    "`HTTPException(499)` was answered with 500, and a 304 had a body.",
    change,
)
