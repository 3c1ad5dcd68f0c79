"""`python -m tests.fuzz`: inputs changed at random, guided by what they reach in the code, until something breaks.

What must hold for each stands in `targets`, how they are changed in `mutate`; `run` looks after the processes.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 10
"""What no input may take, in seconds."""
