"""An editor for tests: it writes the solution of `terminal_samples.program_display` into the file it is given."""

import sys
from pathlib import Path

Path(sys.argv[1]).write_text("total = sum(numbers)\ntext = str(total)\n")
