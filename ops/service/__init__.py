"""The use cases. Each reads through the ports, decides through the pure core, and writes only where it says so."""

from ops.service.applying import note_causes, open_tickets, require_contact
from ops.service.checking import Selection, check
from ops.service.keeping import keep_for_portal
from ops.service.listing import find_ticket, list_tickets
from ops.service.planning import plan_tickets
from ops.service.settling import settle
from ops.service.updating import close, say_on_ticket, update_tickets

__all__ = [
    "Selection",
    "check",
    "close",
    "find_ticket",
    "keep_for_portal",
    "list_tickets",
    "note_causes",
    "open_tickets",
    "plan_tickets",
    "require_contact",
    "say_on_ticket",
    "settle",
    "update_tickets",
]
