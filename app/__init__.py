"""Belt and Road Cooperation Indicators: a read-only REST API over official figures."""

__version__ = "0.1.0"
