"""Sessions as callers see them: starting, re-attaching, waiting, handing in, cancelling, resuming."""
