"""Random arrays. What is drawn depends on `lamina.seed` and on how many draws came before, never on threads."""

from ._lamina._random import *
