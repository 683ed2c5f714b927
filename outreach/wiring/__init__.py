"""Settings in, ready engine out: the only room that names concrete classes, the clock and the dice.

Nothing is imported here: whoever checks rule files needs `workshop`, and no engine that `house` opens.
"""
