"""The shipped estates: what each promises, seen through the real SDK clients."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.mgmt.resource.features import FeatureClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.support import MicrosoftSupport

from ops.sandbox.child import Serving, running
from tests.sandbox.client import HSM_TYPE, Client

_PROD, _NE, _AU, _APPS, _LAB = (f"00000000-0000-0000-0000-{number:012d}" for number in range(1, 6))
_NETWORK = "Microsoft.Network"


class Constant:
    """A credential that never asks anybody."""

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return AccessToken("constant", int(time.time()) + 3600)


@pytest.fixture(scope="module")
def servings() -> Iterator[dict[str, Serving]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(running(name))
            for name in ("healthy", "degraded", "single-stamp", "forbidden", "fleet:3x4")
        }


@pytest.fixture(scope="module")
def clients(servings: dict[str, Serving]) -> dict[str, Client]:
    return {name: Client(serving) for name, serving in servings.items()}


def _hsms(client: Client) -> dict[str, dict[str, Any]]:
    """All payShields that Resource Graph shows, as ARM has them."""
    query = f"Resources | where type =~ '{HSM_TYPE}' | project id, name, sku | order by id asc"
    rows = client.query(query).json["data"]
    return {row["name"]: client.get(row["id"]).json for row in rows if row["sku"]["name"].startswith("payShield")}


def _nic_names(hsm: dict[str, Any]) -> list[str]:
    return [f"{hsm['name']}_{suffix}" for suffix in ("HSMHost1Nic", "HSMHost2Nic", "HSMMgmtNic")]


def _missing_nics(client: Client, hsm: dict[str, Any]) -> list[str]:
    group = hsm["id"].rpartition("/providers/")[0]
    nics = f"{group}/providers/{_NETWORK}/networkInterfaces"
    return [name for name in _nic_names(hsm) if client.get(f"{nics}/{name}").status == 404]


def _vnet(client: Client, subscription: str, group: str, name: str) -> dict[str, Any]:
    path = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{_NETWORK}/virtualNetworks/{name}"
    return dict(client.get(path).json)


def _fast_path(client: Client, subscription: str) -> str:
    path = f"/subscriptions/{subscription}/providers/Microsoft.Features/providers/{_NETWORK}/features/FastPathEnabled"
    return str(client.get(path).json["properties"]["state"])


@pytest.mark.parametrize("name", ["healthy", "degraded", "single-stamp", "forbidden", "fleet:3x4"])
def test_every_id_that_an_hsm_or_a_peering_names_leads_somewhere(clients: dict[str, Client], name: str) -> None:
    """Apart from what an estate is about: hidden hubs, foreign tenants and the NICs that are missing."""
    client = clients[name]
    lost = set()
    for vnet in client.query(f"Resources | where type =~ '{_NETWORK}/virtualNetworks' | project id, properties").json[
        "data"
    ]:
        for peering in vnet["properties"]["virtualNetworkPeerings"]:
            remote = peering["properties"]["remoteVirtualNetwork"]["id"]
            back = client.get(remote)
            if back.status != 200:
                lost.add(remote.rpartition("/")[2].partition("_")[0])
            else:
                ends = [
                    item["properties"]["remoteVirtualNetwork"]["id"]
                    for item in back.json["properties"]["virtualNetworkPeerings"]
                ]
                assert vnet["id"] in ends
    for hsm in _hsms(client).values():
        profiles = [hsm["properties"].get(side) for side in ("networkProfile", "managementNetworkProfile")]
        for profile in filter(None, profiles):
            subnet = profile["subnet"].get("id") or profile["subnet"]["resourceId"]
            assert client.get(subnet).status == 200
            for nic in profile["networkInterfaces"]:
                nic_id = nic.get("id") or nic.get("resourceId")
                if nic_id and client.get(nic_id).status == 404:
                    lost.add(nic_id.rpartition("/")[2])
    assert lost == {"healthy": {"HV", "partner-hub"}, "degraded": {"payshield-we-2_HSMHost2Nic"}}.get(name, set())


def test_healthy_has_what_must_not_alarm(clients: dict[str, Client]) -> None:
    client = clients["healthy"]
    hsms = _hsms(client)
    assert {hsm["properties"]["provisioningState"] for hsm in hsms.values()} == {"Succeeded"}
    pair = [hsms["payshield-weu-1"], hsms["payshield-weu-2"]]
    assert {hsm["properties"]["stampId"] for hsm in pair} == {"stamp1", "stamp2"}
    assert len({hsm["id"].split("/")[2] for hsm in pair}) == 2
    assert "resourceId" in hsms["payshield-weu-2"]["properties"]["networkProfile"]["subnet"]
    assert "managementNetworkProfile" not in hsms["payshield-cus-2"]["properties"]
    assert _missing_nics(client, hsms["payshield-cus-2"]) == []
    assert hsms["payshield-cus-1"]["zones"] != hsms["payshield-cus-2"]["zones"]
    assert "privateIpAddress" not in hsms["payshield-cus-1"]["properties"]["networkProfile"]["networkInterfaces"][0]
    assert hsms["payshield-dr-1"]["systemData"]["createdAt"].startswith("2022-")
    assert _missing_nics(client, hsms["payshield-dr-1"]) == ["payshield-dr-1_HSMHost2Nic"]
    everything = client.query("Resources | project id, type, sku, tags, properties").json["data"]
    assert [row for row in everything if (row["sku"] or {}).get("name", "").startswith("SafeNet Luna")]
    gateways = [row for row in everything if row["type"] == "microsoft.network/natgateways"]
    assert gateways[0]["tags"] == {"fastpathenabled": "True"}


def test_the_peer_in_another_tenant_answers_401_and_is_declared(servings: dict[str, Serving]) -> None:
    serving = servings["healthy"]
    client = Client(serving)
    us = "00000000-0000-0000-0000-000000000103"
    peerings = _vnet(client, us, "rg-hsm-cus", "vnet-hsm-cus")["properties"]["virtualNetworkPeerings"]
    remotes = [peering["properties"]["remoteVirtualNetwork"]["id"] for peering in peerings]
    assert [client.get(remote).status for remote in remotes] == [404, 401]
    refusal = client.get(remotes[1])
    assert refusal.code == "InvalidAuthenticationTokenTenant"
    assert 'error="invalid_token"' in refusal.headers["www-authenticate"]
    assert "/resourceGroups/RG_hub-" in remotes[0]
    assert serving.config is not None
    assert remotes[1] in Path(serving.config).read_text(encoding="utf-8")


def test_degraded_is_the_mess_that_it_promises(clients: dict[str, Client]) -> None:
    client = clients["degraded"]
    hsms = _hsms(client)
    assert {name: hsm["properties"]["provisioningState"] for name, hsm in hsms.items()} == {
        "payshield-we-1": "Succeeded",
        "payshield-we-2": "Failed",
        "payshield-ne-1": "Succeeded",
        "payshield-ne-2": "Succeeded",
        "payshield-au-1": "Succeeded",
        "payshield-au-2": "Connecting",
    }
    assert _missing_nics(client, hsms["payshield-ne-1"]) == []
    assert _missing_nics(client, hsms["payshield-ne-2"]) == ["payshield-ne-2_HSMHost2Nic"]
    assert {hsms[f"payshield-au-{number}"]["properties"]["stampId"] for number in (1, 2)} == {"stamp1"}
    assert hsms["payshield-au-2"]["systemData"]["lastModifiedAt"].startswith("2026-11-01")
    assert _vnet(client, _PROD, "rg-hsm-we", "vnet-we")["tags"]["FastPathEnabled"] == "True"
    assert "fastpathenabled" not in _vnet(client, _PROD, "rg-connectivity", "hub-we")["tags"]
    subnets = {
        name: [
            (subnet["name"], "networkSecurityGroup" in subnet["properties"], bool(subnet["properties"]["delegations"]))
            for subnet in _vnet(client, subscription, group, name)["properties"]["subnets"]
        ]
        for subscription, group, name in (
            (_PROD, "rg-hsm-we", "vnet-we"),
            (_NE, "rg-hsm-ne", "vnet-ne"),
            (_AU, "rg-hsm-au", "vnet-au"),
        )
    }
    assert subnets == {
        "vnet-we": [("hsm-subnet", True, True)],
        "vnet-ne": [("hsm-subnet", False, True)],
        "vnet-au": [("hsm-subnet", False, True), ("mgmt-subnet", False, False)],
    }
    states = {subscription: _fast_path(client, subscription) for subscription in (_PROD, _NE, _AU, _APPS, _LAB)}
    assert list(states.values()) == ["Registered", "Registered", "Registered", "Pending", "NotRegistered"]


def test_single_stamp_has_no_hsm_that_works_and_a_network_in_order(clients: dict[str, Client]) -> None:
    client = clients["single-stamp"]
    hsms = _hsms(client)
    facts = [(hsm["properties"]["provisioningState"], hsm["properties"]["stampId"]) for hsm in hsms.values()]
    assert facts == [("Failed", "stamp1")] * 2
    assert [_missing_nics(client, hsm) for hsm in hsms.values()] == [[], []]


def test_forbidden_lists_a_subscription_that_it_refuses_and_hides(clients: dict[str, Client]) -> None:
    client = clients["forbidden"]
    known = [item["subscriptionId"] for item in client.get("/subscriptions").json["value"]]
    assert len(known) == 3
    assert [client.get(f"/subscriptions/{one}/resourceGroups").status for one in known] == [200, 200, 403]
    assert len(_hsms(client)) == 4


def test_a_fleet_is_in_order(clients: dict[str, Client]) -> None:
    client = clients["fleet:3x4"]
    hsms = _hsms(client)
    assert len(hsms) == 12
    assert {hsm["properties"]["stampId"] for hsm in hsms.values()} == {"stamp1", "stamp2"}
    assert [name for hsm in hsms.values() for name in _missing_nics(client, hsm)] == []


def _sdk(kind: Any, serving: Serving, *arguments: str, **options: Any) -> Any:
    return kind(
        Constant(), *arguments, base_url=serving.endpoint, connection_verify=serving.ca_bundle, retry_total=0, **options
    )


def test_the_sdk_reads_subscriptions_features_and_graph(servings: dict[str, Serving]) -> None:
    serving = servings["degraded"]
    with _sdk(SubscriptionClient, serving) as subscriptions:
        assert "payments-prod" in [item.display_name for item in subscriptions.subscriptions.list()]
        assert len(list(subscriptions.subscriptions.list_locations(_PROD))) >= 8
    with _sdk(FeatureClient, serving, _APPS) as features:
        assert features.features.get(_NETWORK, "FastPathEnabled").properties.state == "Pending"
    with _sdk(ResourceGraphClient, serving) as graph:
        request = {"query": f"Resources | where type =~ '{HSM_TYPE}'", "options": {"resultFormat": "objectArray"}}
        assert graph.resources(request).count == 7


def test_the_sdk_opens_a_ticket_once(servings: dict[str, Serving]) -> None:
    with _sdk(MicrosoftSupport, servings["degraded"], _PROD, polling_interval=0.01) as desk:
        service = next(item for item in desk.services.list() if "payment hsm" in item.display_name.casefold())
        classification = next(iter(desk.problem_classifications.list(service.name)))
        request = {
            "properties": {
                "title": "Payment HSM payshield-we-2 is Failed",
                "description": "d",
                "severity": "critical",
                "serviceId": service.id,
                "problemClassificationId": classification.id,
                "advancedDiagnosticConsent": "No",
                "contactDetails": {
                    "firstName": "Ada",
                    "lastName": "Okafor",
                    "primaryEmailAddress": "hsm-oncall@example.com",
                    "phoneNumber": "+44 20 7946 0000",
                    "preferredContactMethod": "phone",
                    "preferredTimeZone": "GMT Standard Time",
                    "country": "GBR",
                    "preferredSupportLanguage": "de-de",
                },
            }
        }
        ticket = desk.support_tickets.begin_create("phsm-sdk", request).result()
        assert (ticket.status, ticket.severity) == ("Open", "Critical")
        assert [item.name for item in desk.support_tickets.list(filter="status eq 'Open'")] == ["phsm-sdk"]
        with pytest.raises(HttpResponseError) as problem:
            desk.support_tickets.begin_create("phsm-sdk", request).result()
        assert problem.value.status_code == 409
