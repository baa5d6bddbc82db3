"""Statutory returns: cuts of the simulated paths in the shape that DfE asks for.

Belongs here: one module a return, with its codes in a small table beside it. Every return is a
draft until a person has checked it against the guidance.

Does not belong here: forecasts, or the crosswalk from settings to a return's rows (see `terms`).
"""
