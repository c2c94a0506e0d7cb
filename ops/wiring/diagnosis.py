"""Everything that phsm depends on, looked at as far as it goes."""

from __future__ import annotations

import os

from ops.errors import CloudUnreadable, ConfigProblem, UsageProblem
from ops.model.diagnosis import Diagnosis, Sign
from ops.model.estate import Source
from ops.model.policy import Policy
from ops.ports import Progress
from ops.wiring.azure import connect, desk_on, source_of
from ops.wiring.place import Place, config_path, load, placed, refuse_two_scopes, with_example_contact
from ops.wiring.settings import Settings


def diagnose(settings: Settings, progress: Progress) -> Diagnosis:
    """Look at all that phsm depends on, and go on as far as it goes. Reads only.

    Raises ConfigProblem for a sandbox that does not start, and UsageProblem for words that cannot be.
    """
    from ops.adapters.clock import now
    from ops.adapters.doctor_config import config_signs
    from ops.adapters.doctor_machine import machine_signs, proxy_sign

    if settings.snapshot:
        raise UsageProblem("doctor looks at Azure, and a snapshot is none", tip="leave out --snapshot")
    refuse_two_scopes(settings)
    with placed(settings, progress) as place:
        path = config_path(settings, place)
        named = {"--config": settings.config, "PHSM_CONFIG": os.environ.get("PHSM_CONFIG"), "the sandbox": place.config}
        policy, broken = Policy(), None
        try:
            policy = load(path) if path else policy
        except ConfigProblem as error:
            broken = error
        if place.is_local:
            policy = with_example_contact(policy)
        endpoint = place.endpoint or policy.azure.endpoint
        try:
            source = source_of(policy, place)
        except ConfigProblem as error:
            broken, source = broken or error, Source(kind="azure", name=endpoint)
        said_by = next((word for word, value in named.items() if value), "")
        signs = [*machine_signs(), *config_signs(path, said_by, policy, broken, source)]
        if broken is None:
            signs += [proxy_sign(endpoint, os.environ), *_azure_signs(settings, policy, place, progress)]
        return Diagnosis(observed_at=now(), source=source, signs=tuple(signs))


def _azure_signs(settings: Settings, policy: Policy, place: Place, progress: Progress) -> list[Sign]:
    from ops.adapters.doctor_azure import azure_signs
    from ops.adapters.doctor_config import unusable_sign

    try:
        who, connection = connect(policy, place, hasty=True)
        with connection:
            desk = desk_on(policy, connection, progress)
            subscriptions, groups = tuple(settings.subscriptions), tuple(settings.management_groups)
            return [*azure_signs(connection, who, desk, subscriptions, groups, progress)]
    except (ConfigProblem, CloudUnreadable) as error:
        return [unusable_sign(error)]
