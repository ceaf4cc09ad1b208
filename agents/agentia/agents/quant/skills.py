"""What quant's card says: skills in the words of people and of other agents who look for them."""

from agentia.cards import Skill

DESCRIPTION = (
    "Calculates exactly and shows the working: arithmetic with fractions and big numbers, percentages and "
    "interest, units, dates, "
    "statistics, combinatorics, primes, equations and calculus. Asked in plain words, without any language "
    "model; ambiguous "
    "questions are answered with a note on how they were read, unreadable ones are asked back."
)
INPUT_MODES = ("text/plain", "text/markdown", "application/json")
OUTPUT_MODES = ("text/plain", "application/json", "text/markdown")

SKILLS = (
    Skill(
        "arithmetic",
        (
            "Calculate an expression exactly: add, subtract, multiply, divide, powers, roots, factorials, fractions,"
            " decimals and big integers."
        ),
        name="Exact arithmetic",
        tags=(
            "math",
            "mathematics",
            "arithmetic",
            "calculator",
            "calculate",
            "compute",
            "numbers",
            "fraction",
            "decimal",
            "power",
            "root",
            "round",
        ),
        examples=(
            "What is 1/3 + 1/7?",
            "2^100",
            "25!",
            "square root of 2 to 30 digits",
            "(12.5 + 7) * 3",
            "multiply 48,210.50 by 12",
            "round 3.14159 to 2 decimal places",
            "half of 48,210.50",
            "What is 17 modulo 5?",
            "0.375 as a fraction",
            "255 in binary",
        ),
    ),
    Skill(
        "percentages",
        "Work out percentages: a share of an amount, what percent one number is of another, percent change and "
        "growth, discounts, "
        "VAT and tips, compound and simple interest, loan payments.",
        name="Percentages and interest",
        tags=(
            "math",
            "percent",
            "percentage",
            "share",
            "growth",
            "change",
            "discount",
            "vat",
            "tax",
            "tip",
            "interest",
            "finance",
            "money",
            "loan",
            "revenue",
        ),
        examples=(
            "What is 15 % of 48,210.50?",
            "15 % of its last month's revenue",
            "What percent is 12 of 80?",
            "Percent change from 80 to 100",
            "Increase 200 by 15 %",
            "20% off $59.99",
            "Net price of 119 including 19% VAT",
            "12 is 15 % of what number?",
            "Compound interest on €1,000 at 5 % for 10 years",
            "Monthly payment on a $200,000 loan at 4% over 30 years",
        ),
    ),
    Skill(
        "unit_conversion",
        (
            "Convert between units and calculate with them: length, mass, time, speed, area, volume, temperature, "
            "energy, pressure, data."
        ),
        name="Units of measurement",
        tags=(
            "units",
            "convert",
            "conversion",
            "measurement",
            "length",
            "mass",
            "weight",
            "time",
            "speed",
            "temperature",
            "volume",
            "area",
            "energy",
            "metric",
            "imperial",
            "miles",
            "km",
        ),
        examples=(
            "Convert 5 miles to km",
            "60 mph in m/s",
            "100 °F in °C",
            "How many seconds in 3 days?",
            "5 ft 7 in to cm",
            "170 cm in feet and inches",
            "5 km + 300 m",
            "12 kWh to MJ",
            "8 GB in MiB",
        ),
    ),
    Skill(
        "dates",
        (
            "Reckon with dates: days between dates, the date some days, weeks or months later or earlier, weekdays, "
            "business days, ages, leap years."
        ),
        name="Dates and calendar",
        tags=(
            "date",
            "dates",
            "calendar",
            "days",
            "weeks",
            "months",
            "years",
            "weekday",
            "business days",
            "deadline",
            "age",
            "duration",
            "today",
        ),
        examples=(
            "Days between 2025-01-31 and 2025-03-01",
            "What date is 90 days after 2025-11-05?",
            "What weekday is 2025-12-24?",
            "Business days between 2025-01-01 and 2025-01-31",
            "How many days until Christmas?",
            "Add 3 months to 31 January 2025",
            "How old is someone born on 17 May 1990?",
            "Is 2028 a leap year?",
        ),
    ),
    Skill(
        "statistics",
        "Statistics of numbers in the text or of a list or table in a data part: mean, median, mode, standard "
        "deviation, variance, "
        "quantiles, weighted mean, correlation, linear regression.",
        name="Statistics of numbers",
        tags=(
            "math",
            "statistics",
            "mean",
            "average",
            "median",
            "mode",
            "standard deviation",
            "variance",
            "percentile",
            "quartile",
            "correlation",
            "regression",
            "trend",
        ),
        examples=(
            "Mean and median of 3, 5, 10",
            "Standard deviation of 2, 4, 4, 4, 5, 5, 7, 9",
            "90th percentile of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
            "Weighted average of 80, 90 with weights 1, 3",
            "Correlation of [1, 2, 3] and [2, 4, 7]",
            "Linear regression of x: 1, 2, 3; y: 2, 4, 7 at x = 10",
        ),
    ),
    Skill(
        "algebra",
        "Solve equations, systems and inequalities; simplify, expand and factor expressions with unknowns.",
        name="Algebra",
        tags=(
            "math",
            "mathematics",
            "algebra",
            "equation",
            "equations",
            "solve",
            "system",
            "inequality",
            "simplify",
            "expand",
            "factor",
            "polynomial",
            "roots",
            "unknown",
        ),
        examples=(
            "Solve 2x + 3 = 7",
            "Solve x^2 - 5x + 6 = 0",
            "x + y = 10 and x - y = 2",
            "x^2 < 4",
            "Simplify (x^2 - 1)/(x - 1)",
            "Factor x^3 - 6x^2 + 11x - 6",
            "Expand (x + 1)^5",
            "Evaluate x^2 + 1 at x = 3",
        ),
    ),
    Skill(
        "calculus",
        (
            "Derivatives, integrals with and without bounds, limits, Taylor series, sums and products, each with its"
            " steps."
        ),
        name="Calculus",
        tags=(
            "math",
            "mathematics",
            "calculus",
            "derivative",
            "differentiate",
            "integral",
            "integrate",
            "limit",
            "series",
            "sum",
            "tangent",
            "antiderivative",
        ),
        examples=(
            "Derivative of x^2 sin x",
            "Integrate x^2 from 0 to 3",
            "Integral of x e^x",
            "Limit of sin(x)/x as x approaches 0",
            "Taylor series of e^x around 0 to order 5",
            "Sum of 1/k^2 from k=1 to infinity",
            "Tangent line to y = x^2 at x = 1",
        ),
    ),
    Skill(
        "counting",
        "Count possibilities and work with whole numbers: combinations, permutations, chances of repeated "
        "trials, primes, factors, "
        "greatest common divisor, least common multiple.",
        name="Combinatorics and whole numbers",
        tags=(
            "math",
            "combinatorics",
            "combinations",
            "permutations",
            "probability",
            "prime",
            "primes",
            "factor",
            "divisor",
            "gcd",
            "lcm",
            "fibonacci",
        ),
        examples=(
            "How many ways to choose 3 people from 10?",
            "Arrangements of the letters in MISSISSIPPI",
            "Probability of exactly 3 heads in 10 flips",
            "Is 2^61 - 1 prime?",
            "Prime factors of 360",
            "gcd of 1071 and 462",
            "lcm of 4, 6 and 10",
        ),
    ),
)
