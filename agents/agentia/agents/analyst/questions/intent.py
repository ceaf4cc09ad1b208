"""What is being worked out, in a few words, for those who follow the progress."""

from agentia.agents.analyst.questions.measures import label, readable
from agentia.agents.analyst.questions.plan import Plan


def measure_words(plan: Plan) -> str:
    """What is measured: "revenue", "average price and number of orders"; of single rows the column."""
    if plan.kind in ("rows", "moments") and plan.measure.column:
        return readable(plan.measure.column)
    return " and ".join(dict.fromkeys(label(measure) for measure in plan.measures))


def intent_of(plan: Plan) -> str:
    """ "growth of revenue by region, January 2025 to June 2026"."""
    if plan.kind == "profile":
        return "a profile of the table"
    measure = measure_words(plan)
    kinds = {
        "share": f"shares of {measure}",
        "change": f"change of {measure}",
        "trend": f"{measure} per {plan.grain}",
        "outliers": f"unusual values of {measure}",
        "values": "the different values",
        "moments": f"dates of {measure}",
        "correlation": f"how {measure} go together",
        "rows": f"rows ranked by {measure}",
    }
    words = kinds.get(plan.kind, measure)
    groups = [readable(group) for group in (*([plan.within] if plan.within else []), *plan.groups)]
    words += f" by {' and '.join(groups)}" if groups else ""
    values = [value for given in (*plan.whole, *plan.conditions) for value in given.values]
    words += f" for {', '.join(values[:5])}" if values else ""
    dates = [period.words for period in (plan.baseline, plan.period) if period]
    return words + (f", {' → '.join(dates)}" if dates else "")
