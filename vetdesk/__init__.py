"""The front desk: the running program. Process, settings, adapters to the outside world, worker, command line."""

__version__ = "0.6.3"
