"""Are APIs read truly whose descriptions are wrong?

    python bench/reality.py [--live auto|true] [--who template|knowing|hallucinating|misled] [--no-diagnosis]
                            [--facts-only] [--seed S] [--peers PYTHON] [--only NAME ...] [--json]

Small servers on this machine, each with a description that is wrong or silent in one point (two are right), and a truth that
only the server holds. For each, a driver is made, and all records of all objects are read through it. `truly`: every record
of every object, in order, none twice, nothing left out. `live but wrong` is what must never be: the result says that an
object was verified live, and it is read otherwise. Every second API has three objects, the odd one not the first.

`--who` says who corrects facts beside the rules: nobody (`template`: engine template, no key), or a model that is simulated
behind the real Messages protocol on loopback, and that writes what the templates write: `knowing` gives the corrections
that a person would give who knows the API, without a quote; `hallucinating` gives wrong ones among them, three of ten and
at least one; `misled` wrong ones alone. With `--facts-only` the
model refuses whatever is asked after that question, so that the templates write the driver from the corrected facts, in a
third of the time. With `--no-diagnosis` no rule reads the answers, so that only the author corrects.

`--peers` names a Python with `dlt` and `openapi-python-client`: what they read of the same lists, by the same description.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from reality.command import main

if __name__ == "__main__":
    main()
