"""Azure Resource Manager: subscriptions, groups, resources, features and providers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ops.sandbox import errors
from ops.sandbox.activity_log import ActivityLog
from ops.sandbox.estate_values import EstateFile
from ops.sandbox.holdings import TYPES, Holdings, is_top_level, type_of
from ops.sandbox.wire import Answer, Body, Call, page, positive

_CLUSTERS_SINCE = "2025-12-01"
_KNOWN_FEATURES = ("Microsoft.HardwareSecurityModules/AzureDedicatedHsm", "Microsoft.Network/FastPathEnabled")
_OF_TYPE = re.compile(r"resourceType\s+eq\s+'(?P<type>[^']+)'", re.IGNORECASE)
_OR = re.compile(r"\s+or\s+", re.IGNORECASE)
_TENANT = "00000000-0000-0000-0000-00000000aad0"
_GENERIC = ("id", "name", "type", "kind", "location", "tags", "sku", "plan", "identity", "managedBy", "zones")
_GROUPS = "/providers/Microsoft.Management/managementGroups"
_REGIONS = {
    "eastus": "East US",
    "westus": "West US",
    "southcentralus": "South Central US",
    "centralus": "Central US",
    "northeurope": "North Europe",
    "westeurope": "West Europe",
    "australiaeast": "Australia East",
    "australiasoutheast": "Australia Southeast",
}


def _is_below(child: str, group: str, parents: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    while child in parents and child not in seen:
        seen.add(child)
        child = parents[child].lower()
        if child == group:
            return True
    return False


def _descendant(arm_id: str, kind: str, display_name: str, parent: str) -> dict[str, Any]:
    properties = {"displayName": display_name, "parent": {"id": f"{_GROUPS}/{parent}"}}
    return {"id": arm_id, "type": kind, "name": arm_id.rpartition("/")[2], "properties": properties}


class Arm:
    """The control plane of one estate. Provider registrations are its only state."""

    def __init__(self, estate: EstateFile, holdings: Holdings) -> None:
        self._holdings = holdings
        self._page_size = estate.page_size or 100
        self._activity = ActivityLog(estate)
        self._registrations: dict[tuple[str, str], str] = {
            (key, namespace.lower()): state
            for key, subscription in holdings.subscriptions.items()
            for namespace, state in subscription.providers.items()
        }

    def answer(self, call: Call) -> Answer:
        """Answers a request that is no other service's; raises ``ArmError``."""
        segments = call.segments
        match [call.method, *call.lowered]:
            case ["GET", "subscriptions"]:
                visible = [key for key, one in self._holdings.subscriptions.items() if one.actions]
                known = [self._subscription(key) for key in visible]
                return page(known, call, self._page_size)
            case ["GET", "providers", "microsoft.management", "managementgroups", group, "descendants"]:
                return page(self._descendants(group, segments[3]), call, self._page_size)
            case [_, "subscriptions", key, *_] if key not in self._holdings.subscriptions:
                raise errors.unknown_subscription(segments[1])
            case ["GET", "subscriptions", key]:
                return Answer(body=self._subscription(key))
            case ["GET", "subscriptions", key, "locations"]:
                return Answer(body={"value": self._locations(key)})
            case ["GET", "subscriptions", key, "resources"]:
                return self._generic_list(call, key)
            case ["GET", "subscriptions", key, "resourcegroups"]:
                return page(self._holdings.groups_of(key), call, self._page_size)
            case ["GET", "subscriptions", key, "providers"]:
                return page([self._provider(key, namespace) for namespace in TYPES], call, self._page_size)
            case ["GET", "subscriptions", key, "providers", "microsoft.authorization", "permissions"]:
                actions = self._holdings.subscriptions[key].actions
                granted = {"actions": actions, "notActions": [], "dataActions": [], "notDataActions": []}
                return page([granted], call, self._page_size)
            case ["GET", "subscriptions", key, "providers", "microsoft.insights", "eventtypes", "management", "values"]:
                return page(self._activity.events(call, key), call, self._page_size)
            case ["GET", "subscriptions", *_, "providers", "microsoft.authorization", "locks"]:
                return page(self._locks(call), call, self._page_size)
            case ["GET", "subscriptions", key, "providers", _]:
                return Answer(body=self._provider(key, segments[3]))
            case ["POST", "subscriptions", key, "providers", namespace, "register"]:
                self._registrations[key, namespace] = "Registered"
                return Answer(body=self._provider(key, segments[3]) | {"registrationState": "Registering"})
            case ["GET", "subscriptions", key, "providers", "microsoft.features", "providers", _, "features", _]:
                return Answer(body=self._feature(key, f"{segments[5]}/{segments[7]}"))
            case ["GET", "subscriptions", key, "providers", _, _]:
                return self._typed_list(call, key, f"{segments[3]}/{segments[4]}", None)
            case ["GET", "subscriptions", key, "resourcegroups", _, *rest]:
                if f"/subscriptions/{key}/resourcegroups/{segments[3]}".lower() not in self._holdings.groups:
                    raise errors.unknown_group(segments[3])
                return self._in_group(call, key, segments[3], rest)
            case ["GET", "subscriptions", key, *_] if found := self._holdings.find(call.path):
                return Answer(body=found)
            case ["GET", *_]:
                raise errors.unknown_resource(type_of(call.path), segments[-1], "")
            case _:
                raise errors.not_allowed(call.method)

    def _in_group(self, call: Call, key: str, group: str, rest: list[str]) -> Answer:
        segments = call.segments
        if not rest:
            return Answer(body=self._holdings.groups[f"/subscriptions/{key}/resourcegroups/{group}".lower()])
        if rest[0] != "providers" or len(rest) < 3:
            raise errors.unknown_type(segments[-1], call.parameter("api-version") or "")
        if len(rest) == 3:
            return self._typed_list(call, key, f"{segments[5]}/{segments[6]}", group)
        self._must_be_registered(key, segments[5])
        _must_be_in_version(call, segments[5], segments[6])
        if rest[2] == "virtualnetworkgateways" and rest[4:] == ["connections"]:
            return self._connections(call, key, segments)
        found = self._holdings.find("/" + "/".join(segments))
        if found is not None:
            return Answer(body=found)
        self._must_be_known(call, key, segments[5], segments[6])
        raise errors.unknown_resource(type_of(call.path), segments[-1], group)

    def _locks(self, call: Call) -> list[Body]:
        """The locks of a subscription, a group or a resource, with those of all below it."""
        of_scope = call.segments[:-3]
        scope = f"/{'/'.join(of_scope)}".lower()
        if len(of_scope) == 4 and scope not in self._holdings.groups:
            raise errors.unknown_group(of_scope[3])
        if len(of_scope) > 4 and self._holdings.find(scope) is None:
            raise errors.unknown_resource(type_of(scope), of_scope[-1], of_scope[3])
        locks = self._holdings.of_type(of_scope[1], "Microsoft.Authorization/locks")
        return [lock for lock in locks if str(lock["id"]).lower().startswith(f"{scope}/")]

    def _connections(self, call: Call, key: str, segments: list[str]) -> Answer:
        """The connections of a VNet gateway, which are resources of their own."""
        gateway = "/" + "/".join(segments[:-1])
        if self._holdings.find(gateway) is None:
            raise errors.unknown_resource(type_of(gateway), segments[-2], segments[3])
        found = []
        for connection in self._holdings.of_type(key, "Microsoft.Network/connections"):
            end = (connection.get("properties") or {}).get("virtualNetworkGateway1") or {}
            if str(end.get("id", "")).lower() == gateway.lower():
                found.append(connection)
        return page(found, call, self._page_size)

    def _subscription(self, key: str) -> dict[str, Any]:
        subscription = self._holdings.subscriptions[key]
        return {
            "id": f"/subscriptions/{subscription.id}",
            "authorizationSource": "RoleBased",
            "managedByTenants": [{"tenantId": _TENANT}] if subscription.tenant_id else [],
            "subscriptionId": subscription.id,
            "tenantId": subscription.tenant_id or _TENANT,
            "displayName": subscription.display_name,
            "state": subscription.state,
            "subscriptionPolicies": {
                "locationPlacementId": "Public_2014-09-01",
                "quotaId": "EnterpriseAgreement_2014-09-01",
                "spendingLimit": "Off",
            },
        }

    def _descendants(self, group: str, given: str) -> list[dict[str, Any]]:
        """What lies below a management group, however deep; ARM hides whether a group exists from whom may not read it."""
        parents = self._holdings.parents
        above = {key: self._holdings.ancestors(key) for key in self._holdings.subscriptions}
        names = {name.lower(): name for chain in above.values() for name in chain} | {
            name.lower(): name for name in parents.values()
        }
        if group not in names and group not in parents:
            raise errors.refused("Microsoft.Management/managementGroups/descendants/read", f"{_GROUPS}/{given}")
        found = []
        for child, parent in parents.items():
            if _is_below(child, group, parents):
                found.append(
                    _descendant(
                        f"{_GROUPS}/{names.get(child, child)}",
                        "Microsoft.Management/managementGroups",
                        names.get(child, child),
                        parent,
                    )
                )
        for key, chain in above.items():
            if group in {name.lower() for name in chain}:
                subscription = self._holdings.subscriptions[key]
                found.append(
                    _descendant(
                        f"/subscriptions/{subscription.id}", "/subscriptions", subscription.display_name, chain[0]
                    )
                )
        return found

    def _locations(self, key: str) -> list[dict[str, Any]]:
        zones = {region.lower(): mapping for region, mapping in self._holdings.subscriptions[key].zones.items()}
        used = {str(body.get("location", "")).replace(" ", "").lower() for body in self._holdings.in_subscription(key)}
        found = []
        for name in (*_REGIONS, *sorted((used | set(zones)) - set(_REGIONS) - {"", "global"})):
            location: dict[str, Any] = {
                "id": f"/subscriptions/{key}/locations/{name}",
                "name": name,
                "type": "Region",
                "displayName": _REGIONS.get(name, name),
                "regionalDisplayName": _REGIONS.get(name, name),
                "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
            }
            if name in zones:
                location["availabilityZoneMappings"] = [
                    {"logicalZone": logical, "physicalZone": physical} for logical, physical in zones[name].items()
                ]
            found.append(location)
        return found

    def _feature(self, key: str, name: str) -> dict[str, Any]:
        states = dict.fromkeys(_KNOWN_FEATURES, "NotRegistered") | self._holdings.subscriptions[key].features
        found = next(((known, state) for known, state in states.items() if known.lower() == name.lower()), None)
        if found is None:
            raise errors.ArmError(404, "FeatureNotFound", f"The feature '{name}' could not be found.")
        namespace, _, feature = found[0].partition("/")
        return {
            "properties": {"state": found[1]},
            "id": f"/subscriptions/{key}/providers/Microsoft.Features/providers/{namespace}/features/{feature}",
            "type": "Microsoft.Features/providers/features",
            "name": found[0],
        }

    def _provider(self, key: str, given: str) -> dict[str, Any]:
        namespace = next((known for known in TYPES if known.lower() == given.lower()), None)
        if namespace is None:
            message = f"The resource namespace '{given}' is invalid."
            raise errors.ArmError(404, "InvalidResourceNamespace", message, gateway=True)
        return {
            "id": f"/subscriptions/{key}/providers/{namespace}",
            "namespace": namespace,
            "resourceTypes": [{"resourceType": kind, "locations": [], "apiVersions": []} for kind in TYPES[namespace]],
            "registrationState": self._registrations.get((key, namespace.lower()), "Registered"),
            "registrationPolicy": "RegistrationRequired",
        }

    def _generic_list(self, call: Call, key: str) -> Answer:
        bodies = [body for body in self._holdings.in_subscription(key) if is_top_level(body)]
        if (wanted := call.parameter("$filter")) is not None:
            clauses = [_OF_TYPE.fullmatch(clause.strip()) for clause in _OR.split(wanted)]
            kinds = {match["type"].lower() for match in clauses if match}
            if None in clauses:
                message = f"Invalid $filter '{wanted}' specified in the query string."
                raise errors.ArmError(400, "InvalidFilterInQueryString", message, gateway=True)
            bodies = [body for body in bodies if str(body["type"]).lower() in kinds]
        size = min(positive(call, "$top", self._page_size), self._page_size)
        return page([{name: body[name] for name in _GENERIC if name in body} for body in bodies], call, size)

    def _typed_list(self, call: Call, key: str, kind: str, group: str | None) -> Answer:
        namespace, _, name = kind.partition("/")
        self._must_be_registered(key, namespace)
        _must_be_in_version(call, namespace, name)
        self._must_be_known(call, key, namespace, name)
        return page(self._holdings.of_type(key, kind, group), call, self._page_size)

    def _must_be_registered(self, key: str, namespace: str) -> None:
        if self._registrations.get((key, namespace.lower()), "Registered").lower() != "registered":
            raise errors.unregistered(namespace)

    def _must_be_known(self, call: Call, key: str, namespace: str, name: str) -> None:
        """ARM hides the type of dedicated HSMs where the feature is not registered."""
        kind = f"{namespace}/{name}".lower()
        known = {f"{space}/{short}".lower() for space, shorts in TYPES.items() for short in shorts}
        hidden = kind == "microsoft.hardwaresecuritymodules/dedicatedhsms" and not self._is_onboarded(key)
        if (kind not in known or hidden) and not self._holdings.of_type(key, kind):
            raise errors.unknown_type(namespace, call.parameter("api-version") or "")

    def _is_onboarded(self, key: str) -> bool:
        return str(self._feature(key, _KNOWN_FEATURES[0])["properties"]["state"]).lower() == "registered"


def _must_be_in_version(call: Call, namespace: str, name: str) -> None:
    """An API version from before a type was made does not know it."""
    version = call.parameter("api-version") or ""
    if name.lower() == "paymenthsmclusters" and version < _CLUSTERS_SINCE:
        raise errors.unknown_type(namespace, version)
