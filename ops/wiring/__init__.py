"""Chooses the adapters: which cloud, which credential, which configuration. The only chooser."""

from ops.wiring.checklist import checklist
from ops.wiring.diagnosis import diagnose
from ops.wiring.session import Session, session
from ops.wiring.settings import Settings

__all__ = ["Session", "Settings", "checklist", "diagnose", "session"]
