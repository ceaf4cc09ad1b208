"""For tests of agents: a mesh in one call, and models that say what they are told, also behind an endpoint.

No service imports this: it alone of this room puts the others together, as `agentia up` does it.
"""

from agentia.agents.testing.endpoint import ModelServer, model_server
from agentia.agents.testing.mesh import Mesh, mesh
from agentia.agents.testing.models import scripted
from agentia.agents.testing.outcome import Outcome
from agentia.agents.testing.steps import BreakOff, Call, CutShort, Fail, Hang, Say, Script, Step

__all__ = [
    "BreakOff",
    "Call",
    "CutShort",
    "Fail",
    "Hang",
    "Mesh",
    "ModelServer",
    "Outcome",
    "Say",
    "Script",
    "Step",
    "mesh",
    "model_server",
    "scripted",
]
