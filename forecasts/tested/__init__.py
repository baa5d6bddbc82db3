"""How good the forecasts have been: rolling origins, scores, bands and plain verdicts.

Belongs here: the back-test, the error model that makes bands of past errors, skill against naive
rivals, and what may be said of a forecast in words.

Does not belong here: the forecasting methods that are tested.
"""
