"""The simulation: every plan moved forward year by year, in many paths.

Belongs here: the compiled kernel, the factors that bring a path to its target, the shocks that
targets are drawn with, and the counts that everything else is cut from.

numba keeps what it compiled beside a file and looks only at that file: whoever changes a function
that the kernel calls (`stepping`, `solving`, `forecasts.randomness`) touches `kernel.py` too.

Does not belong here: where rates and targets come from, what is reported of the counts.
"""
