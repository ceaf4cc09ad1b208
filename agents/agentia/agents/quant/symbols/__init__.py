"""The one home of SymPy: imported late, and in workers only."""

import sys

sys.set_int_max_str_digits(
    0
)  # SymPy writes numbers out while it simplifies; how large they grow is bounded in limits.py
