"""Cues: the words by which a question says what it wants done. Written as people write them, matched word by word."""

from collections.abc import Mapping

from agentia.agents.analyst.questions.words import word_set

_CUES: Mapping[str, str] = {
    # how to reduce many numbers to one
    "sum": """
        total, sum, overall, altogether, in total, combined, sum up, add up, aggregate, totals, sums, totalled,
        entire
    """,
    "much": "how much, what amount",
    "avg": "average, mean, avg, averaged, on average, typical, typically, averages",
    "median": "median, medians",
    "min": "minimum, min, minimal",
    "max": "maximum, max, maximal",
    "std": "standard deviation, stddev, std, std dev, standard deviations",
    "count": "how many, number of, count, counts, count of, how often, tally, numbers of",
    "distinct": "distinct, unique, different",
    "rows": "rows, row, records, record, lines, entries, data points, observations, datapoints",
    # order
    "desc": """
        top, best, highest, most, largest, biggest, greatest, leading, strongest, leader, leads, lead, peak,
        best selling, bestselling, best seller, bestseller, dominant, number one, busiest, winner, wins,
        descending, maximally, longest, oldest, richest, best performing, top performing, top selling,
        outperforms, outperformed, heaviest, hottest, priciest, tallest
    """,
    "asc": """
        bottom, worst, lowest, least, smallest, fewest, weakest, poorest, worst selling, ascending, shortest,
        youngest, cheapest, quietest, worst performing, underperforms, underperformed, lightest, coldest,
        laggard
    """,
    "ranked": """
        rank, ranked, ranking, sorted, sort, order by, ordered by, sorted by, ranked by, sort by, rank by, in
        order of
    """,
    # change
    "growth": """
        grow, grew, grown, growing, grows, growth, increase, increased, increases, increasing, rise, rose,
        risen, rising, gain, gained, gains, climb, climbed, improve, improved, improvement, jumped, surged,
        growth rate, expanded, go up, gone up, went up, going up
    """,
    "decline": """
        decline, declined, declining, declines, decrease, decreased, decreasing, decreases, fall, fell, fallen,
        falling, drop, dropped, dropping, drops, shrink, shrank, shrunk, shrinking, lose, lost, losing, slumped,
        slump, reduced, sank, go down, gone down, went down, going down
    """,
    "change": "change, changed, changes, changing, delta, up or down",
    "relative": """
        fastest, quickest, rapidly, fast, rate, pace, relative, relatively, in percent, in relative terms,
        percentage wise, in %
    """,
    "slow": "slowest, slowly, slower",
    "absolute": "absolute, in absolute terms, absolutely",
    "mom": "month over month, month on month, mom, m o m, month to month",
    "yoy": "year over year, year on year, yoy, y o y, year to year, annual growth, yearly growth, annually",
    "qoq": "quarter over quarter, quarter on quarter, qoq, q o q, quarterly growth",
    "wow": "week over week, week on week, wow, w o w",
    "grow": "grow, grew, grown, growing, grows, growth, growth rate",
    # other kinds of question
    "share": """
        share, shares, proportion, proportions, percentage, percent, fraction, contribution, contribute,
        contributes, contributed, percentage of, percent of, market share, % of, part of the total, what part,
        how much of, make up, makes up, made up, pct, %
    """,
    "trend": """
        trend, trends, over time, timeline, evolution, evolve, evolved, develop, developed, development, time
        series, progression, trending, over the months, over the years, over the quarters, history, month by
        month, monthly trend, chart, plot, curve
    """,
    "compare": """
        compare, compared, comparison, comparing, vs, versus, against, difference, differ, difference between,
        than, compares, compared to, compared with, relative to, in comparison
    """,
    "gap": """
        difference, difference between, how much more, how much less, how much higher, how much lower, gap, how
        many more, how many fewer, by how much
    """,
    "outlier": """
        outlier, outliers, anomaly, anomalies, anomalous, unusual, unusually, odd, strange, suspicious, spike,
        spikes, extreme, extremes, abnormal, weird, deviating, exceptional, unexpected, out of the ordinary,
        stand out, stands out
    """,
    "correlation": """
        correlation, correlate, correlated, correlates, relationship between, relation between, depend on,
        depends on
    """,
    "future": """
        forecast, forecasts, predict, predicted, prediction, projection, will be, next day, next week, next month,
        next quarter, next year, expect, expected
    """,
    "ratio": "ratio, ratio of, quotient, divided by",
    "profile": """
        profile, describe, description, summary, summarise, summarize, overview, schema, structure, explore,
        analyse, analyze, analysis, what is in, whats in, look at, columns, column, insights, statistics, get to
        know, fields, inspect
    """,
    "list": "list, which ones, name the, show all, there are, are there",
    # joints
    "by": """
        by, broken down by, split by, grouped by, group by, for each, for every, across, each, every, breakdown
        by, according to, broken out by, depending on, separately for, split into, segmented by
    """,
    "per": "per",
    "which": "which, what, whose",
    "within": "in each, within each, for each, per each, in every, of each, within every",
    "not": """
        except, excluding, without, not, but not, other than, apart from, besides, exclude, not in, aside from,
        except for, ignoring, non
    """,
    "or": "or",
    "over": """
        over, above, more than, greater than, higher than, larger than, exceeding, exceeds, exceed, exceeded, >,
        bigger than, beyond
    """,
    "atleast": "at least, no less than, minimum of, >=, ≥, not less than",
    "under": "under, below, less than, fewer than, lower than, smaller than, <, cheaper than",
    "atmost": "at most, no more than, up to, maximum of, <=, ≤, not more than",
    "equals": "equal to, equals, exactly, =",
    # what is asked for without being named
    "who": "who, whom",
    "newest": "latest, newest, most recent, last, recent",
    "earliest": "earliest, first",
    "range": """
        date range, time range, time span, period covered, dates covered, what dates, which dates, what period,
        time frame, timeframe
    """,
    "where": "where",
    "when": "when, at what time",
    "pronoun": """
        its, their, his, her, of it, of that, of this, for it, for that, in it, this one, that one, did it, does
        it, has it, did they
    """,
    "sold": """
        sold, sell, sells, selling, best selling, bestselling, best seller, bestseller, top selling, worst
        selling, ordered, bought, shipped, purchased, moved
    """,
    "earned": """
        earned, made, earn, earns, generated, generate, bring in, brought in, worth, spent, spend, spends, paid, pay,
        pays
    """,
    "frequent": "busiest, quietest, common, frequent, frequently, often, popular, commonest, occurs, occurring",
    "hint": "expensive, pricey, costly",
    "weekday": "weekday, weekdays, day of the week, day of week, days of the week",
    "seasonal": "seasonality, seasonal, month of the year, calendar month",
    # stretches of time
    "day": "day, days, daily, day by day",
    "week": "week, weeks, weekly, week by week",
    "month": "month, months, monthly, month by month",
    "quarter": "quarter, quarters, quarterly, quarter by quarter",
    "year": "year, years, yearly, annual, annually, annum, year by year",
}


def _by_phrase() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for name, phrases in _CUES.items():
        for phrase in phrases.split(","):
            found.setdefault(tuple(phrase.split()), []).append(name)
    return {phrase: tuple(names) for phrase, names in found.items()}


CUES = _by_phrase()
"""What each phrase, word by word, may say."""
LONGEST = max(map(len, CUES))
GRAIN_CUES = frozenset({"day", "week", "month", "quarter", "year"})
ADVERBS = frozenset({"daily", "weekly", "monthly", "quarterly", "yearly", "annual", "annually"})

IDLE = word_set(
    """
    a an the of in on at to for from with and or is are was were be been being has have had having do does did
    done doing can could would should will shall may might must i me my we us our ours you your yours he she it
    its they them their this that these those there here what which who whom whose how why please tell show give
    find get list compute calculate let know want need like see look looking into out up down all any some only
    just also then so if as between during within over under about than too very much many more most less few
    fewer now today currently far data dataset table file sheet csv spreadsheet attached attachment following
    below above question answer thanks thank hello hi hey ok okay well really quickly quick briefly exactly
    actually value values figure figures number numbers result results point points terms case cases time times
    period one ones come comes came coming go going went got per each every both other others s t re ve ll d m vs
    regarding concerning given using use respect based according including include includes whole complete full
    across among back new kind sort part happen happened happens performed perform performing performance compare
    display print output report provide breakdown plot company business firm team overall generally total along versus
    because since until when where while say says said mean means meant work working works right away possible
    best exist exists available contain contains contained column columns field fields row rows record records
    called named attributed belong belongs occur occurred recorded reported registered achieve achieved reach
    reached hit seen take taken took account accounts accounted put make makes made mine simply kindly breakdown maybe
    perhaps still ever even yet already again
    """
)
"""Words that say nothing about a table."""
SLOTS = word_set(
    "in for of from at with to than vs versus and or by per each with between within on excluding except without"
)
"""After these a word matters: it names what is counted, or where."""
