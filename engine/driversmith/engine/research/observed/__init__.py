"""An API that nobody describes, by its answers: what they lead to, what they hold, and the document that says so."""
