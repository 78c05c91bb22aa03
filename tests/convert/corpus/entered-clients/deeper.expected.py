async def test_deeper(async_client, tmp_path):
    if name := tmp_path.name:
        text = """
  kept as it is
"""
        response = await async_client.post(
            "/items",
            json={"name": name + text.strip()},
        )
        assert response.status_code == 201
