"""Compares how often a word stands in two sets of texts: log-odds with an informative Dirichlet prior; knows no text."""

import math
from typing import Final

PRIOR: Final = 20.0  # texts that the prior weighs as much as


def z_score(first: tuple[float, float], second: tuple[float, float], prior: float = PRIOR) -> float:
    """Return how surely a word is commoner in the first of two sets, in standard deviations (Monroe et al. 2008, 3.5.1).

    Each set is (texts with the word, all texts). The prior is the word's share of both sets together, weighed as
    `prior` texts, so that a word seen once says little.
    """
    (a, n), (b, m) = first, second
    if not n or not m:
        return 0.0
    share = (a + b) / (n + m)
    with_word, without = prior * share, prior * (1 - share)
    if not with_word or not without:
        return 0.0
    a, b, not_a, not_b = a + with_word, b + with_word, max(n - a, 0.0) + without, max(m - b, 0.0) + without
    difference = math.log(a / not_a) - math.log(b / not_b)
    return difference / math.sqrt(1 / a + 1 / not_a + 1 / b + 1 / not_b)
