"""Real sets or their stand-ins, as arrays of bytes: one function a set, all with the same answer.

Full runs read the real files below `run.data`; quick runs read stand-ins, drawn by code in the same
file format and read by the same reader. A missing real set is an error that says what to type.
"""

from helpers.datasets.base import DataSet, Part
from helpers.datasets.labelled import Animals, cifar10, dogscats, mnist
from helpers.datasets.masked import camvid, carvana
from helpers.datasets.numbers import human_numbers
from helpers.datasets.photographs import bedrooms, photos, styles, superres
from helpers.datasets.text import nietzsche

__all__ = ["Animals", "DataSet", "Part", "bedrooms", "camvid", "carvana", "cifar10", "dogscats"]
__all__ += ["human_numbers", "mnist", "nietzsche", "photos", "styles", "superres"]
