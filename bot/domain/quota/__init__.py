"""Who may make and spend how much: allowances, what was decided about them, and what an edit asks of them."""

from bot.domain.quota.allowance import (
    HOUSE,
    Allowance,
    Balance,
    Demand,
    Period,
    Unit,
    Window,
    guild_account,
    user_account,
)
from bot.domain.quota.calendar import HOUR_S, window, zone_named
from bot.domain.quota.permits import Choice, Permit, check_permits, fill_open, open_model
from bot.domain.quota.rules import Limits, Member, Rule, Scope, Subject, Terms, allowances
from bot.domain.quota.statute import Statute, admit, demands, refusal, windows

__all__ = [
    "HOUR_S",
    "HOUSE",
    "Allowance",
    "Balance",
    "Choice",
    "Demand",
    "Limits",
    "Member",
    "Period",
    "Permit",
    "Rule",
    "Scope",
    "Statute",
    "Subject",
    "Terms",
    "Unit",
    "Window",
    "admit",
    "allowances",
    "check_permits",
    "demands",
    "fill_open",
    "guild_account",
    "open_model",
    "refusal",
    "user_account",
    "window",
    "windows",
    "zone_named",
]
