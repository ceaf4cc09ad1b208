"""What can go wrong with the registry, as sentences.

RegistryError
├── MembersOnly          writing without the mesh's join token
├── AgentNotFound        no agent of this name (any more)
├── KeysNotFound         no keys were pinned for this service
├── NameTaken            the name belongs to another agent
├── KeysTaken            other keys were pinned for this service before
├── InstanceUnproven     an address that did not show to be the agent's own
├── CardUnsigned         a card that was sent in although its agent has keys to sign it with
├── CardMisplaced        a card whose interfaces are not where the card is
├── KeysInvalid          a key set that cannot be pinned
├── RequestInvalid       a request that cannot be read
├── StorageFailed        the registry's database cannot be read or written
├── ClockOff             (client) the registry's clock shows another time
├── RegistryUnavailable  (client) the registry does not answer
└── RegistryRefused      (client) the registry said no; `reason` is the code it gave
"""

from agentia.core.errors import AgentiaError


class RegistryError(AgentiaError):
    """Root of all that can go wrong with the registry."""


class MembersOnly(RegistryError):
    """The join token is missing or wrong."""

    status = 401


class AgentNotFound(RegistryError):
    """No agent of this name is listed, or none with this instance."""

    status = 404


class KeysNotFound(RegistryError):
    """No keys are pinned for this service."""

    status = 404


class NameTaken(RegistryError):
    """The name belongs to an agent elsewhere that is alive or has a pinned key."""

    status = 409


class KeysTaken(RegistryError):
    """Other keys are pinned for this service."""

    status = 409


class InstanceUnproven(RegistryError):
    """Nothing at the instance's address shows that it is the agent's."""

    status = 409


class CardUnsigned(RegistryError):
    """A card was sent in unsigned for an agent that publishes keys."""

    status = 422


class CardMisplaced(RegistryError):
    """The card sends its readers to another origin than its own."""

    status = 422


class KeysInvalid(RegistryError):
    """The key set is not one of public signing keys."""

    status = 422


class RequestInvalid(RegistryError):
    """The request cannot be read."""

    status = 422


class StorageFailed(RegistryError):
    """The database cannot be read or written right now."""

    status = 503


class RegistryUnavailable(RegistryError):
    """The registry does not answer, or answers with nonsense."""

    status = 503


class ClockOff(RegistryError):
    """This machine's clock and the registry's differ by more than tokens allow for."""

    status = 503


class RegistryRefused(RegistryError):
    """The registry refused a request; `reason` is the code it gave, such as `name_taken`."""

    def __init__(self, message: str, *, fix: str = "", reason: str = "") -> None:
        super().__init__(message, fix=fix)
        self.reason = reason
