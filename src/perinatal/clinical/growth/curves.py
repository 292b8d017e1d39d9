"""The distributions of published growth standards: conversion of a measurement to its z-score, and back.

Each takes and returns arrays of one shape: ``value`` in the standard's unit, ``at`` the age or length at which it was
measured, ``male`` 1 or 0. Undefined results, such as the logarithm of a negative weight, are NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

Equation = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""``(at, male) -> parameter``, on arrays of one shape."""
LINEAR_BEYOND = 3.0  # standard deviations: beyond these, WHO's z-scores are linear in steps of the distance from 2 to 3


class Curve(Protocol):
    """A distribution of a measure at each age."""

    def z(self, value: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """Standard deviations above the median."""
        ...

    def value(self, z: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """The measure that has this z-score: the inverse of :meth:`z`."""
        ...


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal distribution whose mean and standard deviation are equations of age."""

    mean: Equation
    sd: Equation

    def z(self, value: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """Standard deviations above the mean."""
        return (value - self.mean(at, male)) / self.sd(at, male)

    def value(self, z: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """The measure that has this z-score."""
        return self.mean(at, male) + z * self.sd(at, male)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A normal distribution of ln(value + ``shift``)."""

    mean: Equation
    sd: Equation
    unit: float = (
        1.0  # the equation's unit in the standard's units: 1000 where the equation is in kg and the standard in g
    )
    shift: float = 0.0

    def z(self, value: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """Standard deviations above the median."""
        return (_ln(value / self.unit + self.shift) - self.mean(at, male)) / self.sd(at, male)

    def value(self, z: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """The measure that has this z-score."""
        return (np.exp(self.mean(at, male) + z * self.sd(at, male)) - self.shift) * self.unit


@dataclass(frozen=True, slots=True)
class SkewT:
    """Skew t, type 3 (ST3 of R's gamlss.dist), from a table of its four parameters.

    ``parameters(at, male)`` gives mu, sigma, nu, tau. Below mu the density is that of a t with tau degrees of freedom,
    compressed by nu; above, stretched by it. Each half is computed from its own tail, so that extreme z-scores stay
    finite and in order.
    """

    parameters: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, ...]]
    unit: float = 1.0

    def z(self, value: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """The normal deviate that has the same centile."""
        mu, sigma, nu, tau = self.parameters(at, male)
        distance = (value / self.unit - mu) / sigma
        above = distance > 0
        steps = np.abs(distance) * np.where(above, 1 / nu, nu)
        tail = _tail_share(above, nu) * stdtr(tau, -steps)
        return np.where(above, -1.0, 1.0) * ndtri(tail)

    def value(self, z: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """The measure at the centile that this normal deviate has."""
        mu, sigma, nu, tau = self.parameters(at, male)
        above = ndtr(z) > 1 / (1 + nu**2)
        tail = ndtr(np.where(above, -z, z))
        steps = -stdtrit(tau, tail / _tail_share(above, nu))
        return (mu + sigma * steps * np.where(above, nu, -1 / nu)) * self.unit


@dataclass(frozen=True, slots=True)
class Lms:
    """Cole's Box-Cox distribution with WHO's rule for the tails.

    ``parameters(at, male)`` gives L, M, S. Beyond three standard deviations a z-score counts steps as wide as the one
    from 2 to 3, because the fitted Box-Cox tail is unreliable there. Where L is 1 (length) this changes nothing.
    """

    parameters: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, ...]]

    def z(self, value: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """Standard deviations above the median."""
        parameters = self.parameters(at, male)
        z = box_cox_z(value, *parameters)
        for side in (-1.0, 1.0):
            beyond = side * z > LINEAR_BEYOND
            if beyond.any():
                third, step = self._tail(side, [parameter[beyond] for parameter in parameters])
                z[beyond] = side * (LINEAR_BEYOND + (value[beyond] - third) / step)
        return z

    def value(self, z: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """The measure that has this z-score."""
        parameters = self.parameters(at, male)
        value = box_cox_value(np.clip(z, -LINEAR_BEYOND, LINEAR_BEYOND), *parameters)
        for side in (-1.0, 1.0):
            beyond = side * z > LINEAR_BEYOND
            if beyond.any():
                third, step = self._tail(side, [parameter[beyond] for parameter in parameters])
                value[beyond] = third + (side * z[beyond] - LINEAR_BEYOND) * step
        return value

    @staticmethod
    def _tail(side: float, parameters: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        third = box_cox_value(np.full(parameters[0].shape, side * LINEAR_BEYOND), *parameters)
        second = box_cox_value(np.full(parameters[0].shape, side * (LINEAR_BEYOND - 1)), *parameters)
        return third, third - second


@dataclass(frozen=True, slots=True)
class LmsOfLog:
    """Cole's Box-Cox distribution of ln(value), without a rule for the tails."""

    parameters: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, ...]]

    def z(self, value: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """Standard deviations above the median."""
        return box_cox_z(_ln(value), *self.parameters(at, male))

    def value(self, z: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """The measure that has this z-score; NaN where the distribution has no such value."""
        return np.exp(box_cox_value(z, *self.parameters(at, male)))


@dataclass(frozen=True, slots=True)
class PiecewiseCurve:
    """Two curves: one before ``start``, the other from ``start`` on."""

    before: Curve
    start: float
    after: Curve

    def z(self, value: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """Standard deviations above the median, each row by the curve of its age."""
        result, early = np.empty(value.shape), at < self.start
        result[early] = self.before.z(value[early], at[early], male[early])
        result[~early] = self.after.z(value[~early], at[~early], male[~early])
        return result

    def value(self, z: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
        """The measure that has this z-score, each row by the curve of its age."""
        result, early = np.empty(z.shape), at < self.start
        result[early] = self.before.value(z[early], at[early], male[early])
        result[~early] = self.after.value(z[~early], at[~early], male[~early])
        return result


def box_cox_z(value: np.ndarray, l: np.ndarray, m: np.ndarray, s: np.ndarray) -> np.ndarray:  # noqa: E741 (L, M, S)
    """``((value / M) ** L - 1) / (L S)``, and its limit where L is 0 (Cole and Green, 10.1002/sim.4780111005).

    >>> box_cox_z(np.array([4.3671]), np.array([0.2331]), np.array([4.3671]), np.array([0.13497]))
    array([0.])
    """
    log_ratio = _ln(value / m)
    flat = np.abs(l) < 1e-8
    power = np.where(flat, 1.0, l)
    return np.where(flat, log_ratio, np.expm1(power * log_ratio) / power) / s


def box_cox_value(z: np.ndarray, l: np.ndarray, m: np.ndarray, s: np.ndarray) -> np.ndarray:  # noqa: E741 (L, M, S)
    """The inverse of :func:`box_cox_z`; NaN beyond the end of the distribution."""
    flat = np.abs(l) < 1e-8
    power = np.where(flat, 1.0, l)
    inside = power * s * z
    log_ratio = np.where(flat, s * z, np.log1p(np.where(inside > -1, inside, np.nan)) / power)
    return m * np.exp(log_ratio)


def _tail_share(above: np.ndarray, nu: np.ndarray) -> np.ndarray:
    return np.where(above, 2 * nu**2, 2.0) / (1 + nu**2)


def _ln(value: np.ndarray) -> np.ndarray:
    return np.log(np.where(value > 0, value, np.nan))
