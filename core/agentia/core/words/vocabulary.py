"""English words that say little about what somebody needs."""

from agentia.core.words.stem import stem

_STOP = """
a about all also am an and any are aren as at be been being but by can could d did didn do does doesn doing don done for
from get give go great had has have having he hello her here hey hi him his how i if in into is isn it its itself just
let
like ll m me my no not of off ok okay on one or our out over please put re s said say she should so some t than thank
thanks that the their them then there these they this those to too up us ve very was wasn we were what when where which
who whom whose why will with won would yes you your
"""
_FAINT = """
answer anything ask attached best bring create data describe different explain file find first following good help
include
kind know last list look make many more much name need new next old part people question request result see several show
something take tell text thing time turn use want way work write
"""
_COURTESY = "please can could you i would like to just hey hi hello ok okay we need want"

STOP = frozenset(_STOP.split())  # as they are written; they do not count at all
FAINT = frozenset(map(stem, _FAINT.split()))  # stemmed; they ask for work without saying which, and count a little
COURTESY = frozenset(_COURTESY.split())  # as they are written; what may stand before the verb of an order
