"""The app: finds and imports it, and reports which route answers a request and what the route reaches.

It imports `sources` and `errors` of the audit, and nothing of the suite. Start reading at `routes`.
"""
