"""For tests of agents: models that say what they are told, in this process or behind an OpenAI-compatible endpoint."""

from agentia.agents.testing.endpoint import ModelServer, model_server
from agentia.agents.testing.models import scripted
from agentia.agents.testing.steps import BreakOff, Call, Fail, Hang, Say, Script, Step

__all__ = ["BreakOff", "Call", "Fail", "Hang", "ModelServer", "Say", "Script", "Step", "model_server", "scripted"]
