"""What is behind pain where the hamstring meets the knee, and how sure can we be.

>>> import hamknee
>>> model = hamknee.load()
>>> model.posterior({"onset": "sudden", "pop": "yes", "setting": "sports_clinic"}).top
'strain'
"""

from importlib.metadata import version

from hamknee.contradiction import ImpossibleEvidenceError
from hamknee.evidence import EvidenceError
from hamknee.faults import FaultsError, HamkneeError
from hamknee.inference import Model, load

__version__ = version("hamknee")

__all__ = [
    "EvidenceError",
    "FaultsError",
    "HamkneeError",
    "ImpossibleEvidenceError",
    "Model",
    "__version__",
    "load",
]
