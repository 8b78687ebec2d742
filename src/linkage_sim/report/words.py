"""What people read instead of the names of measures, groups, acts and units."""

from __future__ import annotations

GROUPS = {
    "all": "all households",
    "women": "headed by women",
    "men": "headed by men",
    "poorest": "poorest third",
    "middle": "middle third",
    "richest": "richest third",
    "near": "near a bazaar",
    "remote": "remote villages",
}

FAMILIES = {"supply": "farmers' side", "demand": "buyers' side", "organisation": "own staff and learning"}

ACTS = {
    "training": "training",
    "storage": "storage and drying kits",
    "input_vouchers": "input vouchers",
    "associations": "associations",
    "savings_groups": "savings groups",
    "village_organisations": "village organisations",
    "business_skills": "business skills",
    "market_assessment": "market assessment",
    "lead_firm_selection": "choosing lead firms",
    "brokering": "bringing firms and villages together",
    "co_investment": "shared investment with firms",
    "contract_support": "contract support",
    "input_provider_links": "links to input providers",
    "processor_links": "links to processors",
    "mobile_payments": "mobile payments",
    "staff_coaching": "staff coaching",
    "communication": "communication",
    "coordination": "coordination",
    "reflection_session": "reflection session",
}

UNITS_OF = {
    "training": ("household", "households"),
    "storage": ("kit", "kits"),
    "input_vouchers": ("voucher", "vouchers"),
    "associations": ("village", "villages"),
    "market_assessment": ("assessment", "assessments"),
    "lead_firm_selection": ("applicant", "applicants"),
    "brokering": ("route", "routes"),
    "co_investment": ("addendum", "addenda"),
    "staff_coaching": ("month", "months"),
    "reflection_session": ("session", "sessions"),
}
"""What one unit of an act is, and several."""

UNITS = {
    "share": "",
    "number": "",
    "USD per household and year": "USD per household and year",
    "usd": "USD",
    "usd_per_kg": "USD per kg",
    "USD/kg": "USD per kg",
}

KINDS = {
    "lever": "the programme",
    "uncertainty": "nobody",
    "setting": "the trial",
    "constant": "nobody",
}

PLACE_KINDS = {
    "bazaar": "bazaar",
    "city": "city",
    "border": "border crossing",
    "export": "export market",
    "village": "village",
}

WINDOWS = {"_before": " (before)", "_during": " (during the programme)", "_after": " (after it left)"}


def plain(name: str) -> str:
    """A name of the files in words: ``demand_side_only`` becomes "demand side only"."""
    return name.replace("/", " ").replace("_", " ").replace(".", ": ").strip()


def measure_words(name: str) -> str:
    """A measure's name in words, with the months it looks at."""
    for ending, words in WINDOWS.items():
        if name.endswith(ending):
            return plain(name.removesuffix(ending)) + words
    return plain(name)


def joined(parts: list[str], last: str = "and") -> str:
    """Words in a row: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def sentence(text: str) -> str:
    """The same words with a capital first letter."""
    return text[:1].upper() + text[1:]
