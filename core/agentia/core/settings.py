"""Settings: what the environment says, read once at start and never changed."""

import math
import socket
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from agentia.core.errors import AgentiaError
from agentia.core.secret_files import SecretUnreadable, with_password, written
