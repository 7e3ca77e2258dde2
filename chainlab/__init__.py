"""chainlab: which certificate chain will IIS serve, which clients will fail, and what to do about it. Offline."""

__version__ = "0.1.0"
