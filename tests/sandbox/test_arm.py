"""ARM as the product reads it, over HTTPS from a real child process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ops.sandbox.child import running
from tests.sandbox.client import BARE, HSM_TYPE, LONELY, OTHER, SUB, Client, resource

_GROUP = f"/subscriptions/{SUB}/resourceGroups/rg-hsm"
_HSM = f"{_GROUP}/providers/{HSM_TYPE}/hsm1"
_GATEWAY = f"{_GROUP}/providers/Microsoft.Network/virtualNetworkGateways/gw"
_CLUSTERS = "Microsoft.HardwareSecurityModules/paymentHsmClusters"
_VNET: dict[str, Any] = resource(
    "Microsoft.Network/virtualNetworks",
    "vnet-hsm",
    tags={"fastpathenabled": "True"},
    properties={
        "subnets": [{"name": "hsm-subnet", "properties": {"addressPrefix": "10.3.1.0/24"}}],
        "virtualNetworkPeerings": [{"name": "to-hub", "properties": {"peeringState": "Connected"}}],
        "somethingNew": {"kept": [1, None, "yes"]},
    },
)
_ESTATE: dict[str, Any] = {
    "pageSize": 2,
    "subscriptions": [
        {
            "id": SUB,
            "displayName": "payments",
            "features": {"Microsoft.Network/FastPathEnabled": "Pending"},
            "providers": {"Microsoft.Network": "Registered"},
            "zones": {"centralus": {"1": "centralus-az3", "2": "centralus-az1"}},
        },
        {"id": OTHER, "displayName": "unready", "providers": {"Microsoft.HardwareSecurityModules": "NotRegistered"}},
        {
            "id": LONELY,
            "displayName": "empty",
            "features": {"Microsoft.HardwareSecurityModules/AzureDedicatedHsm": "Registered"},
        },
        {"id": BARE, "displayName": "never onboarded"},
    ],
    "resources": [
        *(resource(HSM_TYPE, f"hsm{number}", sku={"name": "payShield10K_LMK1_CPS60"}) for number in range(1, 6)),
        resource(HSM_TYPE, "elsewhere", group="RG-Other"),
        _VNET,
        resource("Microsoft.Network/networkInterfaces", "hsm1_HSMHost1Nic"),
        resource(HSM_TYPE, "unregistered", subscription=OTHER),
        *(
            {"id": f"{scope}/providers/Microsoft.Authorization/locks/{name}", "properties": {"level": "CanNotDelete"}}
            for scope, name in ((_GROUP, "no-delete"), (_HSM, "one-hsm"), (f"/subscriptions/{SUB}", "all"))
        ),
        resource("Microsoft.Network/loadBalancers", "lb1"),
        resource("Microsoft.Network/virtualNetworkGateways", "gw1"),
        resource("Microsoft.Network/virtualNetworkGateways", "gw2"),
        *(
            resource(
                "Microsoft.Network/connections",
                name,
                group="rg-far",
                properties={"connectionType": "ExpressRoute", "virtualNetworkGateway1": {"id": f"{_GATEWAY}1".upper()}},
            )
            for name in ("con1", "con2", "con3")
        ),
        resource("Microsoft.Network/connections", "loose", group="rg-far", properties={}),
        resource(_CLUSTERS, "v2", sku={"name": "Standard_B1v2"}),
    ],
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = tmp_path_factory.mktemp("estate") / "small.yaml"
    path.write_text(json.dumps(_ESTATE))
    with running(str(path)) as serving:
        yield Client(serving)


def test_subscriptions_are_paged_along_links_on_the_clients_own_endpoint(client: Client) -> None:
    first = client.get("/subscriptions")
    assert [item["displayName"] for item in first.json["value"]] == ["payments", "unready"]
    second = client.follow(first.json["nextLink"])
    assert [item["subscriptionId"] for item in second.json["value"]] == [LONELY, BARE]
    assert "nextLink" not in second.json


def test_one_subscription_is_read_by_its_id(client: Client) -> None:
    assert client.get(f"/subscriptions/{SUB}").json["displayName"] == "payments"


def test_locations_tell_the_physical_zones_that_the_file_knows_and_no_others(client: Client) -> None:
    found = {item["name"]: item for item in client.get(f"/subscriptions/{SUB}/locations").json["value"]}
    assert found["centralus"]["availabilityZoneMappings"] == [
        {"logicalZone": "1", "physicalZone": "centralus-az3"},
        {"logicalZone": "2", "physicalZone": "centralus-az1"},
    ]
    assert "availabilityZoneMappings" not in found["westeurope"]


def test_a_generic_list_has_no_properties_and_is_paged(client: Client) -> None:
    wanted = {"$filter": f"resourceType eq '{HSM_TYPE.upper()}'"}
    first = client.get(f"/subscriptions/{SUB}/resources", **wanted).json["value"][0]
    assert first["sku"] == {"name": "payShield10K_LMK1_CPS60"}
    assert "properties" not in first
    pages = client.pages(f"/subscriptions/{SUB}/resources", **wanted)
    assert pages == [["hsm1", "hsm2"], ["hsm3", "hsm4"], ["hsm5", "elsewhere"]]


def test_a_generic_list_can_be_of_several_types(client: Client) -> None:
    both = f"resourceType eq '{_CLUSTERS}' or resourceType EQ '{HSM_TYPE}'"
    pages = client.pages(f"/subscriptions/{SUB}/resources", **{"$filter": both})
    assert sorted(name for page in pages for name in page) == ["elsewhere", *(f"hsm{n}" for n in range(1, 6)), "v2"]
    for wanted in (f"{both} or name eq 'a'", f"{both} and resourceType eq 'a'"):
        reply = client.get(f"/subscriptions/{SUB}/resources", **{"$filter": wanted})
        assert (reply.status, reply.code) == (400, "InvalidFilterInQueryString")


def test_a_generic_list_shows_no_locks(client: Client) -> None:
    names = [name for page in client.pages(f"/subscriptions/{SUB}/resources") for name in page]
    assert "vnet-hsm" in names
    assert not {"no-delete", "one-hsm", "all"} & set(names)


def test_a_generic_filter_that_is_not_understood_is_refused(client: Client) -> None:
    reply = client.get(f"/subscriptions/{SUB}/resources", **{"$filter": "tagName eq 'a'"})
    assert (reply.status, reply.code) == (400, "InvalidFilterInQueryString")


def test_resource_groups_are_inferred_from_the_resources(client: Client) -> None:
    assert client.pages(f"/subscriptions/{SUB}/resourceGroups") == [["rg-hsm", "RG-Other"], ["rg-far"]]
    assert client.get(f"/subscriptions/{SUB}/resourceGroups/rg-other").json["location"] == "westeurope"


def test_a_typed_list_has_the_full_bodies(client: Client) -> None:
    reply = client.get(f"/subscriptions/{SUB}/providers/{HSM_TYPE}")
    assert reply.json["value"][0]["properties"] == {"provisioningState": "Succeeded"}
    assert client.pages(f"/subscriptions/{SUB}/resourceGroups/rg-other/providers/{HSM_TYPE}") == [["elsewhere"]]
    assert client.pages(f"{_GROUP}/providers/Microsoft.Network/networkInterfaces") == [["hsm1_HSMHost1Nic"]]
    assert client.pages(f"/subscriptions/{SUB}/providers/Microsoft.Network/virtualNetworks") == [["vnet-hsm"]]


def test_an_id_is_looked_up_in_any_case_and_answered_in_the_case_of_the_file(client: Client) -> None:
    assert client.get(_HSM.upper()).json["id"] == _HSM
    assert client.get(f"/{_HSM}").json["id"] == _HSM  # the SDK joins a base and an id with a slash of its own


def test_a_body_comes_back_verbatim_with_all_it_holds(client: Client) -> None:
    assert client.get(_VNET["id"]).json == _VNET


def test_a_subnet_and_a_peering_are_found_inside_their_vnet(client: Client) -> None:
    assert client.get(f"{_VNET['id']}/subnets/HSM-SUBNET").json["name"] == "hsm-subnet"
    peering = client.get(f"{_VNET['id']}/virtualNetworkPeerings/to-hub").json
    assert peering["properties"]["peeringState"] == "Connected"
    assert client.get(f"{_VNET['id']}/subnets/none").code == "ResourceNotFound"


def test_the_locks_of_a_scope_are_its_own_and_those_of_all_below_it(client: Client) -> None:
    locks = "providers/Microsoft.Authorization/locks"
    assert client.pages(f"/subscriptions/{SUB}/{locks}") == [["no-delete", "one-hsm"], ["all"]]
    assert client.pages(f"{_GROUP.upper()}/{locks}") == [["no-delete", "one-hsm"]]
    assert client.pages(f"{_HSM}/{locks}") == [["one-hsm"]]
    assert client.pages(f"/subscriptions/{SUB}/resourceGroups/RG-Other/{locks}") == [[]]
    assert client.pages(f"/subscriptions/{OTHER}/{locks}") == [[]]
    assert client.get(f"{_GROUP}-none/{locks}").code == "ResourceGroupNotFound"
    assert client.get(f"{_HSM}9/{locks}").code == "ResourceNotFound"
    lock = client.get(f"/subscriptions/{SUB}/{locks}/all").json
    assert (lock["type"], lock["properties"]) == ("Microsoft.Authorization/locks", {"level": "CanNotDelete"})


def test_the_connections_of_a_gateway_are_those_that_name_it(client: Client) -> None:
    assert client.pages(f"{_GATEWAY}1/connections") == [["con1", "con2"], ["con3"]]
    assert client.pages(f"{_GATEWAY}2/connections") == [[]]
    assert client.get(f"{_GATEWAY}3/connections").code == "ResourceNotFound"


def test_load_balancers_are_listed_over_all_groups(client: Client) -> None:
    assert client.pages(f"/subscriptions/{SUB}/providers/Microsoft.Network/loadBalancers") == [["lb1"]]


def test_a_cluster_is_known_only_to_versions_that_are_new_enough(client: Client) -> None:
    path = f"/subscriptions/{SUB}/providers/{_CLUSTERS}"
    new, old = "2025-12-01-preview", "2025-03-31"
    assert client.send("GET", path, version=new).names == ["v2"]
    assert client.send("GET", f"{_GROUP}/providers/{_CLUSTERS}/v2", version=new).json["sku"] == {
        "name": "Standard_B1v2"
    }
    assert client.send("GET", path, version=old).code == "InvalidResourceType"
    assert client.send("GET", f"{_GROUP}/providers/{_CLUSTERS}/v2", version=old).code == "InvalidResourceType"


def test_a_feature_has_the_state_of_the_file_or_is_not_registered(client: Client) -> None:
    features = f"/subscriptions/{SUB}/providers/Microsoft.Features/providers"
    reply = client.get(f"{features}/microsoft.network/features/fastpathenabled").json
    assert reply["name"] == "Microsoft.Network/FastPathEnabled"
    assert reply["properties"] == {"state": "Pending"}
    hsm = client.get(f"{features}/Microsoft.HardwareSecurityModules/features/AzureDedicatedHsm").json
    assert hsm["properties"]["state"] == "NotRegistered"
    assert client.get(f"{features}/Microsoft.Network/features/Nonsense").status == 404


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/subscriptions/99999999-9999-4999-8999-999999999999/resources", 404, "SubscriptionNotFound"),
        (f"/subscriptions/{SUB}/resourceGroups/nope/providers/{HSM_TYPE}/hsm1", 404, "ResourceGroupNotFound"),
        (f"{_GROUP}/providers/{HSM_TYPE}/hsm9", 404, "ResourceNotFound"),
        (f"{_GROUP}/providers/Microsoft.Nonsense/things/a", 404, "InvalidResourceType"),
        (f"/subscriptions/{SUB}/providers/Microsoft.Network/nonsense", 404, "InvalidResourceType"),
        (f"/subscriptions/{OTHER}/providers/{HSM_TYPE}", 409, "MissingSubscriptionRegistration"),
        (
            f"/subscriptions/{OTHER}/resourceGroups/rg-hsm/providers/{HSM_TYPE}/unregistered",
            409,
            "MissingSubscriptionRegistration",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_arms_own_code(client: Client, path: str, status: int, code: str) -> None:
    reply = client.get(path)
    assert (reply.status, reply.code) == (status, code)
    assert reply.headers["x-ms-failure-cause"] == "gateway"


def test_the_hsm_type_is_hidden_where_its_feature_is_not_registered_and_there_is_none(client: Client) -> None:
    hidden = client.get(f"/subscriptions/{BARE}/providers/{HSM_TYPE}")
    assert (hidden.status, hidden.code) == (404, "InvalidResourceType")
    assert client.get(f"/subscriptions/{LONELY}/providers/{HSM_TYPE}").json == {"value": []}


def test_registering_a_provider_works_and_is_in_the_log(client: Client) -> None:
    path = f"/subscriptions/{LONELY}/providers/Microsoft.Network/register"
    assert client.send("POST", path).json["registrationState"] == "Registering"
    assert [entry for entry in client.log() if entry["method"] == "POST" and entry["path"] == path]


def test_a_provider_has_the_state_of_the_file(client: Client) -> None:
    provider = f"/subscriptions/{OTHER}/providers/microsoft.hardwaresecuritymodules"
    assert client.get(provider).json["registrationState"] == "NotRegistered"
    first = client.get(f"/subscriptions/{OTHER}/providers").json["value"][0]
    assert (first["namespace"], first["registrationState"]) == ("Microsoft.HardwareSecurityModules", "NotRegistered")
    assert client.get(f"/subscriptions/{OTHER}/providers/Microsoft.Nonsense").code == "InvalidResourceNamespace"


def test_a_request_without_a_token_is_answered_401_with_a_challenge(client: Client) -> None:
    reply = client.send("GET", "/subscriptions", token=None)
    assert (reply.status, reply.code) == (401, "AuthenticationFailed")
    assert reply.headers["www-authenticate"].startswith("Bearer authorization_uri=")


def test_a_request_without_an_api_version_is_refused(client: Client) -> None:
    reply = client.send("GET", "/subscriptions", version=None)
    assert (reply.status, reply.code) == (400, "MissingApiVersionParameter")


def test_every_answer_carries_ids_and_what_is_left_of_the_quota(client: Client) -> None:
    headers = client.get(f"/subscriptions/{SUB}/resourceGroups").headers
    assert headers["x-ms-ratelimit-remaining-subscription-reads"] == "11999"
    assert headers["x-ms-routing-request-id"].endswith(headers["x-ms-request-id"])
    assert headers["x-ms-correlation-request-id"]
    assert client.get("/subscriptions").headers["x-ms-ratelimit-remaining-tenant-reads"] == "11999"


def test_the_log_holds_requests_in_order_and_not_the_control_paths(client: Client) -> None:
    before = len(client.log())
    client.get("/subscriptions")
    client.send("GET", _HSM, token=None)
    assert client.send("GET", "/_sandbox", token=None, version=None).json == {"name": "small.yaml"}
    assert client.log()[before:] == [
        {
            "index": before + 1,
            "method": "GET",
            "path": "/subscriptions",
            "query": "api-version=2024-04-01",
            "status": 200,
            "authorization": True,
        },
        {
            "index": before + 2,
            "method": "GET",
            "path": _HSM,
            "query": "api-version=2024-04-01",
            "status": 401,
            "authorization": False,
        },
    ]


def test_writing_to_a_resource_is_not_possible(client: Client) -> None:
    assert client.send("DELETE", _HSM).status == 405
