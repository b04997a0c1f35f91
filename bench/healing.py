"""What do driversmith's three layers heal, and at what price? A simulated model against the real protocol and engine.

    python bench/healing.py [--sessions N] [--seed S] [--first-try 30,45,60] [--arms A,B] [--sweep] [--json FILE]
    python bench/healing.py --check-faults
    python bench/healing.py --real-model --budget USD [--sessions N]

Everything but the model is real; the model errs and mends by the odds in `healing/odds.toml`, from faults that are each
proven to be one. Success counts only where the driver reads what its API's own server holds. A minute or two as it
stands; `--sessions 1000` gives figures with a decimal place. Judgements are kept in --memory and used again as long as
neither the product's checks nor the APIs change. `--real-model` asks Claude with your own key in place of the simulator.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from healing.command import main

if __name__ == "__main__":
    main()
