"""The app: finds and imports it, and reports which route answers a request and what the route reaches."""
