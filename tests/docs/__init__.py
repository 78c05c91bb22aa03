"""The pages: their links resolve, their code and commands run, and the tutorial works."""
