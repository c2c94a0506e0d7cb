from __future__ import annotations

from typing import Any

import pytest

from ops.adapters import wire_cluster
from ops.adapters.arm_facts import listed_resource
from ops.adapters.wire import ListedHsm
from ops.adapters.wire_value import WireProblem
from ops.model.cluster import Cluster
from tests.adapters.arm_json import GROUP, HSM

CLUSTER = f"{GROUP}/providers/Microsoft.HardwareSecurityModules/paymentHsmClusters/v2"
LISTED = wire_cluster.ListedCluster(id=CLUSTER, name="v2", location="eastus2", sku="Standard_B1v2")


def _cluster(**properties: Any) -> Cluster:
    return wire_cluster.cluster({"id": CLUSTER, "name": "v2", "properties": properties}, LISTED)


def _nodes(*hsms: dict[str, Any]) -> list[str]:
    return [node.name for node in _cluster(hsms=list(hsms)).nodes or ()]


def test_what_a_list_names_is_a_cluster_or_an_hsm_or_a_problem() -> None:
    row = {"id": CLUSTER.lower(), "name": "v2", "location": "East US 2", "sku": None}
    found = listed_resource(row)
    assert isinstance(found, wire_cluster.ListedCluster)
    assert (found.key, found.location, found.sku) == (CLUSTER.lower(), "eastus2", "")
    assert isinstance(listed_resource({"id": HSM}), ListedHsm)
    for other in (f"{CLUSTER}/../evil", f"{CLUSTER}?x=1", ""):
        with pytest.raises(WireProblem, match="no HSM id"):
            listed_resource({"id": other})


def test_nodes_are_named_by_their_host_name_or_by_their_place() -> None:
    first, second = {"appFqdn": "v2-a.eastus2.example.com"}, {"appFqdn": "V2-A.eastus2.example.com"}
    assert _nodes(first, {"appFqdn": "v2-b.eastus2.example.com"}, {}) == ["v2-a", "v2-b", "node 3"]
    assert _nodes(first, second) == ["node 1", "node 2"]


def test_nodes_that_are_not_told_are_not_read_and_none_at_all_is_a_fact() -> None:
    assert _cluster().nodes is None
    assert _cluster(hsms=None).nodes is None
    assert _cluster(hsms=[]).nodes == ()


def test_endpoints_that_are_left_out_are_not_read_and_null_means_that_there_are_none() -> None:
    assert _cluster().endpoints is None
    assert _cluster(PrivateEndpointConnections=None).endpoints == ()
    assert _cluster(privateEndpointConnections=[]).endpoints == ()


def test_what_the_answer_leaves_out_of_the_envelope_is_taken_from_the_list() -> None:
    cluster = _cluster(provisioningState="Updating")
    assert (cluster.location, cluster.sku, cluster.provisioning_state) == ("eastus2", "Standard_B1v2", "Updating")
    assert cluster.gap is None
    with pytest.raises(WireProblem, match="no properties"):
        wire_cluster.cluster({"id": CLUSTER}, LISTED)
