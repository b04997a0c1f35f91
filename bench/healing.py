"""What do driversmith's three layers heal, and at what price? A simulated model against the real protocol and engine.

    python bench/healing.py [--sessions N] [--seed S] [--first-try 30,45,60] [--arms A,B] [--sweep] [--json FILE]
    python bench/healing.py --check-faults
    python bench/healing.py --real-model --budget USD [--sessions N]

Everything but the model is real; the model errs and mends by the odds in `healing/odds.toml`, from faults that are each
proven to be one. Success counts only where the driver reads what its API's own server holds. As it stands it takes some
minutes, the first time a quarter of an hour; `--sessions 1000` gives figures that tell a per cent from another.
Judgements are kept in --memory and used again as long as neither the product's checks nor the APIs change.

The arms: `one shot` takes the first answers. `resampling` asks anew until validation and contract run find nothing, as long
as all sessions together use no more tokens than `complete`. `classic` is the loop of this product's ancestors: three
tries a file against a validator of substrings, seven rounds of tests and fixes (with the templates' tests, which are
better than theirs were), three attempts that know nothing of each other. `guards` is the product's first attempt alone;
`no diagnosis` makes three attempts without a word on what went wrong; `no fallback` has all layers but the templates at
the end; `not live` asks the API nothing, `no detectors` lets its answers judge corrections and propose none; `silent` is the
product with a model that says nothing of facts, `neither` that without detectors; `complete` is the product.

Of every 15 APIs the descriptions of four are wrong in a fact: envelope, paging, place of the key, path. The arms that are
no driversmith ask no API anything, so that no driver of theirs reads those. `--real-model` asks Claude with your own key in place of the
simulator.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from healing.command import main

if __name__ == "__main__":
    main()
