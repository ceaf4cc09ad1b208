"""What manifests say, asked as a reader would ask it: which pods there are, and who may speak to whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Manifest = dict[str, Any]
Labels = Mapping[str, str]


@dataclass(frozen=True)
class Pod:
    """The pods of one workload: their labels and their template's spec."""

    name: str
    kind: str
    labels: Labels
    spec: Mapping[str, Any]

    @property
    def container(self) -> Mapping[str, Any]:
        (only,) = self.spec["containers"]
        return dict(only)


def pods(manifests: list[Manifest]) -> list[Pod]:
    """Of every Deployment, StatefulSet, Job and CronJob."""
    found = []
    for one in manifests:
        if one["kind"] in ("Deployment", "StatefulSet", "Job", "CronJob"):
            spec = one["spec"]["jobTemplate"]["spec"] if one["kind"] == "CronJob" else one["spec"]
            template = spec["template"]
            found.append(Pod(one["metadata"]["name"], one["kind"], template["metadata"]["labels"], template["spec"]))
    return found


def kinds(manifests: list[Manifest], kind: str) -> list[Manifest]:
    """The manifests of a kind."""
    return [one for one in manifests if one["kind"] == kind]


def selects(selector: Mapping[str, Any], labels: Labels) -> bool:
    """Whether a label selector (matchLabels and `In` expressions) holds for the labels."""
    for term in selector.get("matchExpressions", ()):
        assert term["operator"] == "In"
        if labels.get(term["key"]) not in term["values"]:
            return False
    return all(labels.get(name) == value for name, value in selector.get("matchLabels", {}).items())


def edges(manifests: list[Manifest]) -> set[tuple[str, str, int]]:
    """Who may open a connection to whom inside the namespace, and at which port: both sides' policies have to agree."""
    policies, all_pods = kinds(manifests, "NetworkPolicy"), pods(manifests)
    return {
        (one.name, other.name, port)
        for one in all_pods
        for other in all_pods
        for port in _allowed(policies, "Egress", "to", one, other) & _allowed(policies, "Ingress", "from", other, one)
    }


def _allowed(policies: list[Manifest], direction: str, far: str, pod: Pod, other: Pod) -> set[int]:
    """The ports at which the policies that hold for `pod` allow it to speak with `other`; without any, ours."""
    ours = [policy["spec"] for policy in policies if selects(policy["spec"]["podSelector"], pod.labels)]
    if not any(direction in spec["policyTypes"] for spec in ours):
        return {5432, 8000}
    rules = [rule for spec in ours for rule in spec.get(direction.lower(), ())]
    return {
        port["port"] for rule in rules if any(_is(end, other) for end in rule[far]) for port in rule.get("ports", ())
    }


def _is(end: Mapping[str, Any], pod: Pod) -> bool:
    return "namespaceSelector" not in end and "podSelector" in end and selects(end["podSelector"], pod.labels)


def environment(pod: Pod, manifests: list[Manifest]) -> dict[str, str]:
    """What a pod's container is told: ConfigMaps, then its own values, `$(NAME)` filled in; secrets are not."""
    maps = {one["metadata"]["name"]: one["data"] for one in kinds(manifests, "ConfigMap")}
    told: dict[str, str] = {}
    for source in pod.container.get("envFrom", ()):
        told |= maps[source["configMapRef"]["name"]]
    for name, value in _own(pod):
        told[name] = value.replace("$(POD_IP)", "10.42.0.7")
    return told


def _own(pod: Pod) -> Iterator[tuple[str, str]]:
    for each in pod.container.get("env", ()):
        if "value" in each:
            yield each["name"], each["value"]
