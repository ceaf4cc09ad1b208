"""What the analyst's card says: skills in the words of people and of other agents who look for them."""

from agentia.cards import Skill

DESCRIPTION = (
    "Answers questions about tables: CSV, TSV, JSON, Parquet and Excel (XLSX) files, data parts, or a URL. Profiles a "
    "table, adds up, averages, counts, ranks, compares, finds growth, trends, shares and outliers, and runs one SELECT "
    "after “sql:”. It works without a model, says the SQL it ran, and returns the rows as data and as CSV."
)
INPUT_MODES = (
    "text/plain",
    "text/markdown",
    "text/csv",
    "text/tab-separated-values",
    "application/csv",
    "application/json",
    "application/x-ndjson",
    "application/jsonl",
    "application/vnd.apache.parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
    "application/octet-stream",
)
OUTPUT_MODES = ("text/plain", "application/json", "text/csv", "text/markdown")

SKILLS = (
    Skill(
        "profile_table",
        "Look a table over: rows, columns, types, missing values, ranges, most frequent values, dates covered.",
        name="Profile a table",
        tags=(
            "data",
            "table",
            "csv",
            "excel",
            "xlsx",
            "parquet",
            "json",
            "spreadsheet",
            "profile",
            "describe",
            "summary",
            "schema",
        ),
        examples=(
            "What is in this file?",
            "Describe the data",
            "Summarize this spreadsheet",
            "Which columns does the table have, and are values missing?",
            "How many rows are there?",
        ),
    ),
    Skill(
        "aggregate_data",
        "Add up, average or count the numbers of a table: totals, means, medians, extremes and distinct counts, "
        "by group and period.",
        name="Totals, averages and counts",
        tags=(
            "data",
            "analysis",
            "sum",
            "total",
            "average",
            "median",
            "count",
            "sales",
            "revenue",
            "units",
            "month",
            "region",
            "csv",
        ),
        examples=(
            "What is the total revenue by region?",
            "What is North's last month's revenue?",
            "Last month's revenue of North",
            "How many units of laptops were sold in March 2026?",
            "Average monthly sales in the last quarter",
            "Median order value per customer",
            "How many different products are there?",
        ),
    ),
    Skill(
        "rank_and_compare",
        "Find the best and worst, rank the top or bottom N, compare groups or periods, and work out shares of a total "
        "in a table.",
        name="Rankings, comparisons and shares",
        tags=(
            "data",
            "ranking",
            "top",
            "best",
            "worst",
            "highest",
            "lowest",
            "compare",
            "difference",
            "share",
            "percentage",
            "revenue",
        ),
        examples=(
            "Which region had the highest revenue?",
            "Top 5 products by units sold",
            "Which month was the worst?",
            "Compare North and South in 2026",
            "What share of revenue comes from laptops?",
            "Revenue in Q1 2026 compared to Q1 2025",
            "Best selling product in each region",
        ),
    ),
    Skill(
        "growth_and_trends",
        "Find what grew or declined and by how much, month over month or year over year, and how numbers developed "
        "over time.",
        name="Growth and trends",
        tags=(
            "data",
            "growth",
            "grew",
            "fastest",
            "trend",
            "over time",
            "decline",
            "change",
            "month",
            "quarter",
            "year",
            "time series",
            "region",
        ),
        examples=(
            "Which region grew fastest?",
            "Which product declined most?",
            "How did revenue change from May to June?",
            "Monthly revenue trend of the West",
            "Month over month growth",
            "Year over year growth by region",
            "When was revenue highest?",
        ),
    ),
    Skill(
        "find_outliers",
        "Find unusual rows or periods in a table, and how two columns go together.",
        name="Outliers and correlations",
        tags=("data", "outlier", "anomaly", "unusual", "spike", "correlation", "statistics of a table"),
        examples=("Are there outliers in revenue?", "Which months are unusual?", "Correlation between price and units"),
    ),
    Skill(
        "query_sql",
        "Run one SELECT statement (DuckDB SQL) over the attached tables.",
        name="Run a SQL query",
        tags=("sql", "query", "select", "duckdb", "database", "table", "csv"),
        examples=(
            "sql: SELECT region, sum(revenue) FROM sales GROUP BY region",
            "sql: SELECT count(*) FROM orders WHERE status = 'open'",
        ),
    ),
)
