"""The arrays that pass from room to room."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
"""Numbers: probabilities, logarithms, weights."""

Codes: TypeAlias = npt.NDArray[np.intp]
"""Row numbers of states, or of other evidence (see `hamknee.network.cases`)."""

Mask: TypeAlias = npt.NDArray[np.bool_]
"""Yes or no."""
