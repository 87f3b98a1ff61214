"""The expression language of routing and calculation: parse, evaluate, simplify, word."""
