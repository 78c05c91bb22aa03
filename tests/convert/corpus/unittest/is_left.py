import unittest

from fastapi.testclient import TestClient

from app.main import app


class TestHealth(unittest.TestCase):
    def setUp(self):
        self.client = TestClient(app)

    def test_is_healthy(self):
        client = TestClient(app)
        self.assertEqual(client.get("/health").status_code, 200)
