"""kinlim in Python: results as xarray and pandas, runs and their status.

    import kinlim
    results = kinlim.open("results.h5")
    results.summary              # DataFrame: the table of `kinlim export`
    results.samples              # Dataset: every sample, by point, realization, time, quantity
    results.fields["density"]    # a Dataset for each point
    kinlim.run("study.yaml", ranks=4, set={"realizations": 200})
    kinlim.status("study.yaml")
    kinlim.report(results)

Everything is read from the results file (docs/file-format.md); the program does the rest.
"""

from .program import Error, info, report, run, status
from .results import Results, open
from .seal import NotResults

__version__ = "0.1.0"
__all__ = ["Error", "NotResults", "Results", "info", "open", "report", "run", "status"]
