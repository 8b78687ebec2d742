"""Households, their behaviour and their trust, as a user writes them (model 2 and 4)."""

from __future__ import annotations

from linkage_sim.scenario.declare import Section, parameter


class Households(Section):
    """Who lives in the villages."""

    persons: float = parameter("persons", 1, 20, "mean household size", default=6.2, source="expert_default")
    persons_spread: float = parameter("persons", 0, 10, "standard deviation of household size", default=2.2, source="assumed")
    women_headed: float = parameter("share", 0, 1, "households headed by a woman", default=0.2, source="assumed")
    women_assets: float = parameter(
        "share", 0.1, 2, "asset units of a household headed by a woman against one headed by a man", default=0.8, source="assumed"
    )
    other_income: float = parameter("USD/year", 0, 1e5, "median income from wages and business", default=1350, source="fao_portrait")
    other_income_spread: float = parameter("log", 0, 2, "spread of that income", default=0.5, source="assumed")
    remittances: float = parameter(
        "share", 0, 0.95, "transfers as a share of income other than this model's enterprises", default=0.36, source="asiaplus_income_2023"
    )
    remittance_drop: float = parameter(
        "per year", 0, 1, "chance that a household's remittances fall for a year", default=0.1, source="assumed"
    )
    remittance_drop_size: float = parameter("share", 0, 1, "how far they fall", default=0.3, source="expert_default")
    consumption: float = parameter("share", 0, 2, "fixed monthly consumption as a share of expected income", default=0.85, source="assumed")
    spending: float = parameter("share", 0, 1, "share of cash above the buffer that is spent each month", default=0.25, source="assumed")
    buffer: float = parameter("months", 0, 24, "months of consumption kept before spending more", default=2, source="assumed")
    shock: float = parameter("per month", 0, 1, "chance of an illness or a feast", default=0.04, source="assumed")
    shock_size: float = parameter("months", 0, 24, "its cost, in months of consumption", default=2, source="assumed")
    credit_access: float = parameter("share", 0, 1, "households that can borrow", default=0.25, source="assumed")
    credit_limit: float = parameter("USD", 0, 1e5, "most they can borrow for a practice", default=300, source="assumed")
    interest: float = parameter("per year", 0, 2, "interest on such loans", default=0.28, source="thecentral_loans_2025")
    patience: float = parameter("per month", 0.5, 0.9999, "mean monthly discount factor", default=0.97, source="expert_default")
    patience_spread: float = parameter("number", 0, 0.2, "standard deviation of the discount factor", default=0.012, source="trial")
    risk_aversion: float = parameter("number", 0, 10, "relative risk aversion", default=2, source="trial")
    poverty_line: float = parameter("USD/month", 0, 1000, "poverty line per person", default=18, source="assumed")
    skill_spread: float = parameter("log", 0, 1, "spread of farming skill", default=0.2, source="assumed")


class Behaviour(Section):
    """How households decide (model 4)."""

    join_noise: float = parameter("share", 0.02, 0.1, "decision noise of joining", default=0.05, source="trial")
    deliver_noise: float = parameter("share", 0.1, 0.5, "decision noise of delivering", default=0.25, source="trial")
    adopt_noise: float = parameter("share", 0.02, 0.4, "decision noise of adopting", default=0.3, source="trial")
    store_noise: float = parameter("share", 0.01, 0.3, "decision noise of storing", default=0.06, source="trial")
    newcomer_gain: float = parameter("share", 0, 1, "extra gain wanted to change to a new contract", default=0.075, source="trial")
    association_autonomy: float = parameter(
        "share", 0, 1, "autonomy wanted when an association stands between, against a direct contract", default=0.6, source="expert_default"
    )
    hurdle: float = parameter("share", 0, 5, "extra gain wanted before a practice not used last season", default=0.5, source="assumed")
    habit: float = parameter("share", 0, 0.99, "weight of past seasons in habit", default=0.5, source="trial")
    credit_value: float = parameter(
        "share", 0, 2, "what a dollar of input loan is worth beyond its repayment", default=0.15, source="assumed"
    )
    cash_pull: float = parameter("share", 0, 2, "pull of urgent cash need towards the bazaar", default=0.15, source="assumed")
    need_floor: float = parameter(
        "share", 0, 1, "part of the value of keeping below which urgent need is met by going without", default=0.5, source="assumed"
    )
    sanction: float = parameter("share", 0, 1, "social cost of side-selling, as a share of value", default=0.1, source="trial")
    sanction_alone: float = parameter("share", 0, 1, "part of the sanction without an association", default=0.3, source="trial")
    detection: float = parameter("share", 0, 1, "chance that side-selling is seen", default=0.9, source="assumed")
    breakup: float = parameter("per year", 0, 1, "chance a year that a linkage ends for other reasons", default=0.2, source="assumed")
    debt_recovered: float = parameter("share", 0, 1, "part of an input loan recovered from a side-seller", default=0.5, source="assumed")
    price_learning: float = parameter(
        "per year", 0, 1, "weight of the new price in what is expected for a calendar month", default=0.3, source="assumed"
    )
    news_memory: float = parameter("per month", 0, 1, "memory of today's price in what is expected next", default=0.9, source="trial")
    diffusion: float = parameter(
        "per year", 0, 1, "knowledge picked up from neighbours who use a practice", default=0.02, source="waddington_2014"
    )
    knowledge_decay: float = parameter("per year", 0, 1, "knowledge lost without use", default=0.12, source="assumed")
    user_decay: float = parameter("share", 0, 1, "part of that decay that users of the practice suffer", default=0.25, source="assumed")
    area_noise: float = parameter(
        "share", 0.05, 5, "noise of choosing areas and herds, as a share of the usual return", default=0.5, source="assumed"
    )
    quote_passes: int = parameter("number", 1, 40, "most passes of quote and clear a month", default=8, source="trial", kind="setting")


class Trust(Section):
    """Trust of every tie between an enterprise and a firm (model 4, Trust)."""

    unknown_kept: float = parameter("number", 0.01, 20, "prior count of promises kept by an unknown firm", default=0.7, source="trial")
    unknown_broken: float = parameter("number", 0.01, 20, "prior count of promises broken by an unknown firm", default=1.3, source="trial")
    introduced_kept: float = parameter(
        "number", 0.01, 20, "prior kept when introduced by a village organisation", default=1.0, source="trial"
    )
    introduced_broken: float = parameter("number", 0.01, 20, "prior broken when introduced", default=1.0, source="trial")
    memory: float = parameter("per season", 0, 0.999, "weight of past seasons", default=0.8, source="trial")
    bad_news: float = parameter("number", 0, 20, "weight of a broken promise against a kept one", default=3, source="trial")
    neighbours: float = parameter("number", 0, 2, "weight of what neighbours met", default=0.15, source="trial")
    bazaar_news: float = parameter(
        "number", 0, 2, "weight of what households of all villages that sell at the same bazaar met", default=0.05, source="assumed"
    )
    late_weight: float = parameter(
        "share", 0, 1, "a month of late pay as a share of a broken promise", default=0.33, source="expert_default"
    )
