"""How a tool is called: its declaration, its arguments in a person's words, its progress."""
