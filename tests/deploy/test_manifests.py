"""The manifests of deploy/kubernetes, as kubectl builds them."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agentia.cli.mesh.plan import AGENTS, plan
from agentia.core.settings import SECRETS, Settings, file_variable, variable
from tests.deploy.cluster import Manifest, Pod, edges, environment, kinds, pods, selects

OVERLAYS = ("local", "cluster", "dapr")
Built = Callable[[str], list[Manifest]]
KNOWN = {variable(name) for name in Settings.model_fields} | set(map(file_variable, SECRETS))
KUBERNETES = "1.35"


def ours(built: list[Manifest]) -> list[Pod]:
    """The pods that run our image."""
    return [pod for pod in pods(built) if "postgres" not in pod.container["image"]]


def services(built: list[Manifest]) -> list[Pod]:
    """The pods that run a service, and not a command that ends."""
    return [pod for pod in ours(built) if pod.kind == "Deployment"]


def test_what_the_overlays_build_is_what_kubernetes_takes(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    from kubernetes_validate import utils, validate

    monkeypatch.setattr(utils, "schema_contents", cache(utils.schema_contents))  # it reads them for every manifest
    checked: list[Manifest] = []
    for one in (one for overlay in OVERLAYS for one in built(overlay)):
        if not one["apiVersion"].startswith("dapr.io/") and one not in checked:
            validate(one, KUBERNETES, strict=True)
            checked.append(one)
    assert len({one["kind"] for one in checked}) >= 12


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_there_is_a_deployment_and_a_service_for_every_service_of_the_mesh(built: Built, overlay: str) -> None:
    names = {service.name for service in plan(8000)}
    assert {pod.container["args"][1] for pod in services(built(overlay))} == names
    assert {one["metadata"]["name"] for one in kinds(built(overlay), "Service")} - {"postgres"} == names
    assert all(pod.name == pod.container["args"][1] for pod in services(built(overlay)))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_selector_finds_the_pods_of_its_name(built: Built, overlay: str) -> None:
    manifests = built(overlay)
    for kind in ("Deployment", "StatefulSet", "Service", "PodDisruptionBudget"):
        for one in kinds(manifests, kind):
            selector = one["spec"]["selector"] if kind != "Service" else {"matchLabels": one["spec"]["selector"]}
            found = {pod.name for pod in pods(manifests) if selects(selector, pod.labels)}
            assert found == {one["metadata"]["name"]}, kind
    for one in kinds(manifests, "HorizontalPodAutoscaler"):
        target = one["spec"]["scaleTargetRef"]
        assert (target["kind"], target["name"]) == ("Deployment", one["metadata"]["name"])
    for pod in services(manifests):
        spread = pod.spec.get("topologySpreadConstraints", ())
        assert all(selects(each["labelSelector"], pod.labels) for each in spread)
        assert len(spread) == (0 if pod.name == "registry" else 2)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_only_those_may_speak_to_each_other_who_have_to(built: Built, overlay: str) -> None:
    agents = set(AGENTS)
    mesh = {(agent, peer, 8000) for agent in agents for peer in agents}
    mesh |= {(agent, "registry", 8000) for agent in agents} | {("registry", agent, 8000) for agent in agents}
    mesh |= {("gateway", other, 8000) for other in {*agents, "registry"}} | {("daily-check", "gateway", 8000)}
    if overlay == "local":
        mesh |= {(one, "postgres", 5432) for one in {*agents, "migrate"}}
    assert edges(built(overlay)) == mesh


def test_the_outside_reaches_the_gateway_alone_and_only_agents_reach_the_outside(built: Built) -> None:
    policies = kinds(built("cluster"), "NetworkPolicy")
    entered = [
        p
        for p in policies
        if any("namespaceSelector" in end for r in p["spec"].get("ingress", ()) for end in r["from"])
    ]
    assert [p["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for p in entered] == ["gateway"]
    leaving = [p for p in policies if any("ipBlock" in end for r in p["spec"].get("egress", ()) for end in r["to"])]
    left = {
        pod.name for p in leaving for pod in pods(built("cluster")) if selects(p["spec"]["podSelector"], pod.labels)
    }
    assert left == {*AGENTS, "migrate"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_pod_is_confined(built: Built, overlay: str) -> None:
    for pod in pods(built(overlay)):
        assert pod.spec["securityContext"]["runAsNonRoot"] is True, pod.name
        assert pod.spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, pod.name
        assert pod.container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, pod.name
        assert {*pod.container["resources"]} == {"requests", "limits"}, pod.name
        assert {*pod.container["resources"]["limits"]} == {"cpu", "memory"}, pod.name
        assert (pod.spec["automountServiceAccountToken"], pod.spec["enableServiceLinks"]) == (False, False), pod.name
    accounts = kinds(built(overlay), "ServiceAccount")
    assert {one["metadata"]["name"] for one in accounts} >= {
        pod.spec["serviceAccountName"] for pod in pods(built(overlay))
    }
    assert not any(one["automountServiceAccountToken"] for one in accounts)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_service_is_probed_and_given_the_time_to_drain(built: Built, overlay: str) -> None:
    for pod in services(built(overlay)):
        container = pod.container
        assert container["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}, pod.name
        assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}, pod.name
        assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}, pod.name
        name, seconds = container["lifecycle"]["preStop"]["exec"]["command"]
        drain = float(environment(pod, built(overlay))["AGENTIA_DRAIN_SECONDS"])
        assert name == "sleep"
        assert float(seconds) + drain + 5 <= pod.spec["terminationGracePeriodSeconds"], pod.name


def test_image_port_and_user_are_those_of_the_dockerfile(built: Built, repo: Path) -> None:
    dockerfile = (repo / "Dockerfile").read_text(encoding="utf-8")
    (user,) = set(re.findall(r"^USER (\d+):\d+$", dockerfile, re.MULTILINE))
    (port,) = set(re.findall(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE))
    for pod in ours(built("local")):
        assert (pod.container["image"], pod.spec["securityContext"]["runAsUser"]) == ("agentia", int(user))
    for pod in services(built("local")):
        assert pod.container["ports"] == [{"name": "http", "containerPort": int(port)}]
    for one in kinds(built("local"), "Service"):
        assert one["spec"]["ports"][0]["port"] == int(port) or one["metadata"]["name"] == "postgres"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_they_set_are_settings_that_can_be_read(
    built: Built, overlay: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    for pod in ours(built(overlay)):
        told = environment(pod, built(overlay))
        assert {*told} - KNOWN == set(), pod.name
        mounts = [each["mountPath"] for each in pod.container["volumeMounts"]]
        with monkeypatch.context() as here:
            for name, value in told.items():
                if name.endswith("_FILE"):
                    assert str(Path(value).parent) in mounts, f"{pod.name} mounts nothing for {name}"
                here.setenv(name, str(secret) if name.endswith("_FILE") else value)
            settings = Settings()
        if pod.labels["app.kubernetes.io/component"] == "agent":
            assert settings.public_url == "http://10.42.0.7:8000"
            assert settings.migrate == "check"
            assert settings.database_url is not None
            assert ":s3cret@" in settings.database_url


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_agents_of_a_cluster_have_replicas_that_scale_and_survive_a_drained_node(built: Built, overlay: str) -> None:
    scaled = {one["metadata"]["name"]: one["spec"] for one in kinds(built(overlay), "HorizontalPodAutoscaler")}
    guarded = {one["metadata"]["name"] for one in kinds(built(overlay), "PodDisruptionBudget")}
    counts = {one["metadata"]["name"]: one["spec"].get("replicas") for one in kinds(built(overlay), "Deployment")}
    if overlay == "local":
        assert (scaled, guarded, {*counts.values()}) == ({}, set(), {1})
        return
    assert {*scaled} == {*AGENTS, "gateway"}
    assert guarded == {*AGENTS, "gateway", "registry"}
    assert all(spec["minReplicas"] >= 2 for spec in scaled.values())
    assert {name for name, count in counts.items() if count is not None} == {"registry"}


def test_the_scheduled_message_is_one_whatever_is_tried_again(built: Built) -> None:
    import typer

    from agentia.cli.commands.ask import app

    (pod,) = [pod for pod in ours(built("local")) if pod.kind == "CronJob"]
    command, *arguments = pod.container["args"]
    asked = typer.main.get_command(app).make_context("ask", [*arguments])
    named = next(each for each in pod.container["env"] if each["name"] == "JOB_NAME")
    assert (command, asked.params["message_id"]) == ("ask", "$(JOB_NAME)")
    assert named["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.labels['batch.kubernetes.io/job-name']"


def test_dapr_stands_beside_every_service_and_lets_callers_to_the_gateway_alone(built: Built) -> None:
    configurations: dict[str, Any] = {
        one["metadata"]["name"]: one["spec"]["accessControl"]["defaultAction"]
        for one in kinds(built("dapr"), "Configuration")
    }
    for one in kinds(built("dapr"), "Deployment"):
        said = one["spec"]["template"]["metadata"]["annotations"]
        name = one["metadata"]["name"]
        assert (said["dapr.io/enabled"], said["dapr.io/app-id"], said["dapr.io/app-port"]) == ("true", name, "8000")
        assert configurations[said["dapr.io/config"]] == ("allow" if name == "gateway" else "deny")
