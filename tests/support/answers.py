"""Sets of answers that the tests share."""

# As far from the defaults as the questions allow: the longest names, an awkward sentence, another Python, another CI.
ODD = {
    "project_name": "Über-Order.Desk of the North_Kitchen v2",
    "package_name": "order_desk_of_the_north_kitchn",
    "description": """Says "it's done", C:\\orders\\new, 100% & #1: {{ no_jinja }} {% raw %} `code` <b> $HOME | é 🚀""",
    "python_min": "3.13",
    "ci": "gitlab",
}

# The harness alone, into a project that stands: as most of them are, and as far from it as the questions allow.
ADOPTED = {"kind": "harness"}
ADOPTED_ODD = {
    "kind": "harness",
    "app": "a_rather_long_name.of_a_package.with_many.parts:create_application",
    "session_dependency": "a_rather_long_name.of_a_package.database.sessions:get_a_session",
    "metadata": "sqlmodel:SQLModel.metadata",
    "migrations": "create_all",
    "database_url_variable": "ORDERS__DB_URL",
    "driver": "sqlite+aiosqlite",
    "tests_dir": "services/order-desk/tests",
}

# By the kind of project that is asked.
CHOICES = {
    "service": {
        "kind": ["service", "harness"],
        "python_min": ["3.11", "3.12", "3.13", "3.14", "3.15"],
        "ci": ["github", "gitlab", "none"],
    },
    "harness": {"driver": ["postgresql+asyncpg", "postgresql+psycopg", "sqlite+aiosqlite"]},
}

# Asked of one kind alone, with the value that such a question has in a cell of the other.
OF_A_SERVICE = {"python_min": "3.11", "ci": "github", "texts": "default"}
OF_AN_ADOPTION = {"driver": "postgresql+asyncpg"}
