import pytest


def test_around_the_tree(client):  # audit: convert
    assert client.get("/count").status_code == 200


def test_through_functions(client):  # audit: convert
    assert client.get("/total").status_code == 200


def test_services_as_classes(client):  # audit: convert
    assert client.get("/orders").status_code == 200


def test_background_task(client):  # audit: convert
    assert client.post("/orders/7/receipt").status_code == 200


def test_lock(client):  # audit: convert
    assert client.post("/orders/lock").status_code == 200


def test_other_service(client):  # audit: convert
    assert client.get("/stock/tea/remote").status_code == 200


def test_abstract_service(client):  # audit: convert
    assert client.get("/stock/tea/warehouse").status_code == 200


def test_mounted_app_has_a_middleware(client):  # audit: convert
    assert client.get("/admin/ping").status_code == 200


def test_by_a_fixture(client, orders):  # audit: convert
    assert orders == []


def test_with_redirect(client):  # audit: convert
    assert client.get("/orders/").status_code == 200


def test_fixture_with_parameters(client, page):  # audit: convert
    assert client.get(page).status_code == 200


class TestSecurity:
    def test_header(self, client):  # audit: convert-first
        assert client.get("/secret").status_code in (200, 500)

    def test_scopes(self, client):  # audit: convert-first
        assert client.get("/scoped").json() == "nobody"

    def test_scheme_in_a_mounted_app(self, client):  # audit: convert-first
        assert client.get("/admin/users").status_code != 500

    @pytest.mark.parametrize(("path", "status"), [("/health", 200), ("/count", 403)])
    def test_expected_status(self, client, path, status):  # audit: convert-first
        response = client.get(path)
        assert response.status_code == status
