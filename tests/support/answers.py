"""Sets of answers that the tests share."""

# As far from the defaults as the questions allow: the longest names, an awkward sentence, another Python, another CI.
ODD = {
    "project_name": "Über-Order.Desk of the North_Kitchen v2",
    "package_name": "order_desk_of_the_north_kitchn",
    "description": """Says "it's done", C:\\orders\\new, 100% & #1: {{ no_jinja }} {% raw %} `code` <b> $HOME | é 🚀""",
    "python_min": "3.13",
    "ci": "gitlab",
}

CHOICES = {
    "kind": ["service"],
    "python_min": ["3.11", "3.12", "3.13", "3.14"],
    "ci": ["github", "gitlab", "none"],
}
