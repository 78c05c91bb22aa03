"""The harness's own tests have its own fixtures, whatever a suite that stood calls so."""

import sys

LOADING = f"{__package__}.loading"

if LOADING in sys.modules:
    from .loading import (  # noqa: F401  none that lives as long as the run: it would be there twice
        admin_client,
        app,
        async_client,
        client,
        client_as,
        db_engine,
        db_session,
        editor_client,
        external_http,
        live_server,
        test_user,
        test_users,
        writer_client,
    )
