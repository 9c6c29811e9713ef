"""Several experts' columns as one, and how far they disagree.

The linear pool (Stone 1961) is the mixture of the experts' distributions: it keeps what each of
them thinks possible, so disagreement makes it wide. The logarithmic pool is their weighted
geometric mean, made to integrate to 1: it keeps what none of them thinks impossible, and
disagreement leaves it as narrow as the experts are. Genest & Zidek (1986) compare the two.

A table of probabilities holds one Dirichlet a column, and a mixture of two camps is none. The one
with the mixture's variance would be a U, which says "almost always or almost never" where nobody
does; so no proportion piles up at an end unless it does for an expert. What the column then holds
of the gap between the camps is told, and the mixture itself is kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from hamknee.base import Array, HamkneeError, Kind, copied_property, listing, percent, shown, takes
from hamknee.estimation.elicited import RANGE, Elicited, densities

if TYPE_CHECKING:
    import pandas as pd


Method = Literal["linear", "logarithmic"]
POOL, MIXTURE = "pool", "mixture"
NODES = 200
"""Points of the quadrature by which distributions are compared."""

POSSIBLE = (0.005, 0.995)
"""Levels of the range outside which an expert is taken to think a proportion impossible."""

NOTED = 0.1
"""A pool with this much of itself where no expert stands says so in its note."""

BISECTIONS = 60
"""Enough for a quantile to the last digit of a float between 0 and 1."""

HALF = 0.5
"""Held less, or further apart than this, experts are said to stand far apart."""


@shown
@dataclass(frozen=True)
class Pool:
    """What several experts say of one column, taken together.

    Parameters
    ----------
    experts : mapping of name to Elicited
        What each of them stated, of the same states in the same order.
    weights : mapping of name to float
        Adding up to 1.
    method : {"linear", "logarithmic"}
        How they were pooled.
    column : Elicited
        The result, to be written to the table: of the mixture, if linear, the Dirichlet that
        stands for it, and its quantiles as what was stated.

    Examples
    --------
    >>> from hamknee.estimation import from_range, pool
    >>> said = {"surgeon": from_range(0.5, 0.85), "radiologist": from_range(0.3, 0.5)}
    >>> experts = pool(said)
    >>> experts.table.round(2)
      state         name  weight  probability    ess   low  high  covered
    0   yes      surgeon     0.5         0.69  17.93  0.50  0.85     0.89
    1   yes  radiologist     0.5         0.40  63.93  0.30  0.50     0.99
    2   yes         pool     1.0         0.54   7.74  0.26  0.81     0.90
    >>> {name: round(share, 1) for name, share in experts.coverage("yes").items()}
    {'surgeon': 0.9, 'radiologist': 1.0}
    """

    experts: Mapping[str, Elicited]
    weights: Mapping[str, float]
    method: Method
    column: Elicited

    def below(self, state: str, value: float) -> float:
        """Return the probability that the mixture gives to a proportion below a value.

        Parameters
        ----------
        state : str
            Of whose proportion.
        value : float
            Between 0 and 1.
        """
        return float(_mixed_below(self.experts, self.weights, state, np.array([value]))[0])

    def quantiles(self, state: str, levels: Sequence[float] | Array) -> Array:
        """Return what a proportion is below with given probabilities, by the mixture itself.

        Parameters
        ----------
        state : str
            Of whose proportion.
        levels : sequence of float
            Strictly between 0 and 1.
        """
        return _mixed_quantiles(self.experts, self.weights, state, levels)

    @copied_property
    def unbelieved(self) -> dict[str, float]:
        """Of each state: how much of the column lies where no expert thinks it possible.

        Outside the central 99 % range of every expert with a weight.
        """
        voices = _voices(self.experts, self.weights)
        return {state: _unbelieved(self.column, voices, state) for state in self.column.states}

    @copied_property
    def spread(self) -> dict[str, float]:
        """Of each state: the highest best estimate minus the lowest."""
        means = _means(self.experts)
        return dict(zip(self.column.states, map(float, np.ptp(means, axis=0)), strict=True))

    @copied_property
    def divergence(self) -> dict[str, float]:
        """Of each state: how far the experts' distributions are apart, between 0 and 1.

        The Jensen-Shannon divergence (Lin 1991) of the distributions of the state's proportion,
        divided by the most it can be, the entropy of the weights: 0 if they are the same, 1 if
        none thinks possible what another does.
        """
        return {state: self._divergence(state) for state in self.column.states}

    def coverage(self, state: str) -> dict[str, float]:
        """Return how much of each expert's distribution the pool's 90 % range holds.

        Parameters
        ----------
        state : str
            Of whose proportion.
        """
        from scipy import special

        low, high = self.column.quantiles(state, RANGE)
        held = {}
        for name, expert in self.experts.items():
            below, above = special.betainc(*expert.counts(state), [low, high])
            held[name] = float(above - below)
        return held

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a state and expert, and one for the pool; of two states only the first.

        Columns: state, name, weight, probability, ess, low, high (90 % range), covered (share of
        the expert's distribution within the pool's 90 % range).
        """
        import pandas as pd

        rows = []
        for state in self.column.spoken_of:
            held = {**self.coverage(state), POOL: 0.9}
            for name, column in {**self.experts, POOL: self.column}.items():
                low, high = column.quantiles(state, RANGE)
                weight = self.weights.get(name, 1.0)
                row = (state, name, weight, column[state], column.ess, low, high, held[name])
                rows.append(row)
        names = ["state", "name", "weight", "probability", "ess", "low", "high", "covered"]
        return pd.DataFrame(rows, columns=names)

    def densities(self, state: str) -> pd.DataFrame:
        """Return the densities of the experts and of the pool, as `estimation.densities` does.

        Where much of a linear pool lies where no expert stands, the mixture stands before it.

        Parameters
        ----------
        state : str
            Of whose proportion.
        """
        import pandas as pd

        experts = densities(self.experts, state)
        column = densities({POOL: self.column}, state)
        if self.method == "logarithmic" or max(self.unbelieved.values()) < NOTED:
            return pd.concat([experts, column], ignore_index=True)
        curves = experts.pivot_table(index="proportion", columns="name", values="density")
        shares = pd.Series(self.weights)
        low, high = self.quantiles(state, RANGE)
        mixture = pd.DataFrame({"name": MIXTURE, "proportion": curves.index}).assign(
            density=(curves[shares.index] @ shares).to_numpy(),
            mean=self.column[state],
            low=low,
            high=high,
        )
        return pd.concat([experts, mixture, column], ignore_index=True)

    @cached_property
    def text(self) -> str:
        """Plain sentences: the pool, and how far the experts disagree."""
        state = max(self.spread, key=lambda name: self.spread[name])
        means = [expert[state] for expert in self.experts.values()]
        held = self.coverage(state)
        least = min(held, key=lambda name: held[name])
        kind = "a linear" if self.method == "linear" else "a logarithmic"
        sentences = [
            f"{len(self.experts)} experts in {kind} pool. {self.column.text}",
            f"Best estimates for {state} lie between {min(means):.2g} and {max(means):.2g}; the"
            f" distributions are {percent(self.divergence[state])} of the way from the same to"
            " entirely apart.",
            f"The pool's 90 % range holds {percent(held[least])} of what {least} thinks possible,"
            " the least of all.",
            f"{percent(self.unbelieved[state])} of the pool lies where none of them thinks it"
            " possible.",
        ]
        # A linear pool of two camps holds them both, in one hill over the gap between them: there
        # only the divergence tells. A logarithmic pool lies in the gap and holds neither.
        if held[least] < HALF or self.divergence[state] > HALF:
            sentences.append("They stand far apart: ask what each has in mind before pooling.")
        return " ".join(sentences)

    def _divergence(self, state: str) -> float:
        from scipy import special, stats

        weights = np.array([weight for weight in self.weights.values() if weight > 0])
        voices = [e for n, e in self.experts.items() if self.weights[n] > 0]
        if len(voices) == 1:
            return 0.0
        # The mean, over each expert's own distribution, of log f_i / Σ w f. It lies between 0 and
        # -log w_i, so nothing can overflow. Gauss-Legendre in the level u = v² (3 - 2 v), which
        # puts nodes into the tails, where the logarithm bends.
        nodes, shares = np.polynomial.legendre.leggauss(NODES)
        v = (nodes + 1) / 2
        levels, shares = v**2 * (3 - 2 * v), 3 * v * (1 - v) * shares
        apart = 0.0
        for number, expert in enumerate(voices):
            at = np.clip(expert.quantiles(state, levels), 1e-300, 1 - 1e-16)
            logs = np.array([stats.beta.logpdf(at, *e.counts(state)) for e in voices])
            mixed = special.logsumexp(logs, axis=0, b=weights[:, None])
            apart += float(weights[number] * shares @ (logs[number] - mixed))
        most = -float(weights @ np.log(weights))
        return float(np.clip(apart / most, 0, 1))


@takes(experts=Kind("a statement of each expert, by name", (Mapping,)))
def pool(
    experts: Mapping[str, Elicited],
    weights: Mapping[str, float] | None = None,
    *,
    method: Method = "linear",
) -> Pool:
    """Return several experts' columns as one column.

    Linear: the probabilities are the weighted means, exactly those of the mixture. The mixture is
    no Dirichlet; the one that stands for it has the same probabilities and the largest sample
    size that leaves no proportion with less variance than in the mixture (with two states: the
    same variance). Where that would pile a proportion up at 0 or 1 though no expert does, because
    they stand so far apart, the sample size is the smallest that does not: at least 1 of each
    state. The mixture itself stays at hand (`Pool.quantiles`, `Pool.densities`), and the text tells
    how much of the column lies where no expert thinks it possible.

    Logarithmic: the weighted geometric mean of Dirichlets is a Dirichlet, whose counts are the
    weighted means of the experts' counts. Nothing is approximated.

    Parameters
    ----------
    experts : mapping of name to Elicited
        At least two, of the same states.
    weights : mapping of name to float, optional
        For each expert, 0 or more, adding up to 1; by default all the same.
    method : {"linear", "logarithmic"}
        Linear unless the experts have seen the same evidence and differ by chance alone: the
        logarithmic pool claims the experts' own certainty however far apart they are.

    Raises
    ------
    HamkneeError
        If there are fewer than two experts, their states differ, or the weights are not like that.

    Notes
    -----
    Stone (1961), Annals of Mathematical Statistics 32:1339; Genest & Zidek (1986), Statistical
    Science 1:114.

    Examples
    --------
    >>> from hamknee.estimation import from_range, pool
    >>> said = {"surgeon": from_range(0.5, 0.85), "radiologist": from_range(0.3, 0.5)}
    >>> for method in ("linear", "logarithmic"):
    ...     print(method, pool(said, method=method).column.text)
    linear yes: 0.543, 90 % range 0.26 to 0.81. This is worth about 7.7 patients.
    logarithmic yes: 0.461, 90 % range 0.34 to 0.59. This is worth about 41 patients.
    >>> round(pool(said, {"surgeon": 0.8, "radiologist": 0.2}).column["yes"], 2)
    0.63
    """
    if method not in ("linear", "logarithmic"):
        raise HamkneeError(f"found the method {method!r}; allowed: 'linear', 'logarithmic'")
    if len(experts) < 2 or {POOL, MIXTURE} & set(experts):
        named = f"none named {POOL!r} or {MIXTURE!r}"
        raise HamkneeError(f"found the experts {listing(experts)}; allowed: two or more, {named}")
    states = next(iter(experts.values())).states
    for name, expert in experts.items():
        if expert.states != states:
            theirs = f"{listing(expert.states)} from {name}"
            raise HamkneeError(
                f"found the states {theirs}; allowed: {listing(states)}, as the first"
            )
    shares = _weights(experts, weights)
    column = (_linear if method == "linear" else _logarithmic)(experts, shares)
    pooled = Pool(dict(experts), shares, method, column)
    alone = max(pooled.unbelieved.values())
    if alone < NOTED:
        return pooled
    note = f"{column.note}; {percent(alone)} of it where none of them stands"
    return replace(pooled, column=replace(column, note=note))


def _weights(
    experts: Mapping[str, Elicited], weights: Mapping[str, float] | None
) -> dict[str, float]:
    """Return the weights in the order of the experts, or say what is wrong with them."""
    if weights is None:
        return dict.fromkeys(experts, 1 / len(experts))
    if set(weights) != set(experts):
        raise HamkneeError(
            f"found weights for {listing(weights)}; allowed: one for each of {listing(experts)}"
        )
    wrong = [f"{name}: {weight:g}" for name, weight in weights.items() if not weight >= 0]
    if wrong:
        raise HamkneeError(f"found the weights {listing(wrong)}; allowed: 0 or more")
    total = sum(weights.values())
    if not abs(total - 1) <= 1e-6:
        raise HamkneeError(f"the weights add up to {total:.9g}; allowed: 1")
    return {name: weights[name] / total for name in experts}


def _linear(experts: Mapping[str, Elicited], weights: Mapping[str, float]) -> Elicited:
    """Return the Dirichlet that stands for the mixture."""
    shares, means = np.array(list(weights.values())), _means(experts)
    sizes = np.array([expert.ess for expert in experts.values()])
    mean = shares @ means
    # Variance within the experts and between them. The second is a sum of squares, not a
    # difference of them, so that experts who agree differ by exactly nothing.
    within = shares @ (means * (1 - means) / (sizes + 1)[:, None])
    between = shares @ (means - mean) ** 2
    ess = float((mean * (1 - mean) / (within + between) - 1).min())
    counts = (sizes[:, None] * means)[shares > 0]
    least = np.minimum(1, counts.min(axis=0))  # below 1 a count piles up at 0
    column = _pooled(experts, weights, mean, max(ess, float((least / mean).max())), "linear")
    levels = (RANGE[0], 0.5, RANGE[1])
    stated = tuple(
        (state, level, float(value))
        for state in column.spoken_of
        for level, value in zip(
            levels, _mixed_quantiles(experts, weights, state, levels), strict=True
        )
    )
    return replace(column, stated=stated)


def _logarithmic(experts: Mapping[str, Elicited], weights: Mapping[str, float]) -> Elicited:
    """Return the normalised geometric mean: Π Dir(α_i)^w_i = Dir(Σ w_i α_i), as Σ w_i = 1."""
    counts = np.array([expert.ess for expert in experts.values()])[:, None] * _means(experts)
    total = np.array(list(weights.values())) @ counts
    return _pooled(experts, weights, total / total.sum(), float(total.sum()), "logarithmic")


def _pooled(
    experts: Mapping[str, Elicited],
    weights: Mapping[str, float],
    mean: Array,
    ess: float,
    method: str,
) -> Elicited:
    """Return the pooled column, its note naming who went into it."""
    states = next(iter(experts.values())).states
    who = ", ".join(f"{name} {weight:.3g}" for name, weight in weights.items())
    probabilities = tuple(float(probability) for probability in mean)
    return Elicited(states, probabilities, ess, (), f"{method} pool of {who}")


def _voices(
    experts: Mapping[str, Elicited], weights: Mapping[str, float]
) -> list[tuple[Elicited, float]]:
    """Return the experts that have a weight, each with it."""
    return [(expert, weights[name]) for name, expert in experts.items() if weights[name] > 0]


def _mixed_below(
    experts: Mapping[str, Elicited], weights: Mapping[str, float], state: str, values: Array
) -> Array:
    """Return the distribution function of the mixture at some values."""
    from scipy import special

    return np.asarray(
        sum(w * special.betainc(*e.counts(state), values) for e, w in _voices(experts, weights))
    )


def _mixed_quantiles(
    experts: Mapping[str, Elicited],
    weights: Mapping[str, float],
    state: str,
    levels: Sequence[float] | Array,
) -> Array:
    """Return quantiles of the mixture, which lie between those of the experts."""
    at = np.asarray(levels, dtype=float)
    each = np.array([expert.quantiles(state, at) for expert, _ in _voices(experts, weights)])
    low, high = each.min(axis=0), each.max(axis=0)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        short = _mixed_below(experts, weights, state, middle) < at
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.asarray((low + high) / 2)


def _unbelieved(column: Elicited, voices: Sequence[tuple[Elicited, float]], state: str) -> float:
    """Return how much of a column lies outside what every expert thinks possible."""
    ranges = sorted(tuple(expert.quantiles(state, POSSIBLE)) for expert, _ in voices)
    believed, reached = 0.0, 0.0
    for low, high in ranges:
        if high > reached:
            start = max(low, reached)
            believed += column.below(state, high) - column.below(state, start)
            reached = high
    return float(np.clip(1 - believed, 0, 1))


def _means(experts: Mapping[str, Elicited]) -> Array:
    """Return the experts' probabilities, shape (experts, states)."""
    return np.array([expert.probabilities for expert in experts.values()])
