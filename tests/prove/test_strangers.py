"""The claims about providers that nobody here wrote, as tests; what cannot be had is skipped, and said."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.prove.clone import repository
from tests.prove.figures import LeftOut, MissingPart, Told
from tests.prove.ground import Ground
from tests.prove.promises import read_promises
from tests.prove.strangers.openapi import openapi_of

PROMISES = {promise.claim: promise for promise in read_promises(repository(), "delivery", "short")}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # aiosmtpd leaves its loop's socket to the collector
@pytest.mark.parametrize("claim", ["mail_servers", "prism_twilio", "prism_sendgrid", "prism_fcm"])
def test_a_provider_that_nobody_here_wrote_takes_what_we_send(claim: str, tmp_path: Path) -> None:
    promise = PROMISES[claim]
    ground = Ground(n=promise.n, form="short", folder=tmp_path, root=repository())
    try:
        figures = importlib.import_module(f"tests.prove.claims.{claim}").run(ground)
    except (LeftOut, MissingPart) as without:
        pytest.skip(f"LEFT OUT, nothing was shown: {without}")
    told = Told(claim=claim, ok=True, figures=figures)
    assert [line for holds, line in promise.verdicts(told) if not holds] == []


def test_a_discovery_document_is_held_as_strictly_as_it_is_written() -> None:
    fields = {
        "ttl": {"type": "string", "format": "google-duration"},
        "words": {"type": "object", "additionalProperties": {"type": "string"}},
        "anything": {"type": "object", "additionalProperties": {"type": "any"}},
        "inner": {"$ref": "Push", "description": "x"},
        "several": {"type": "array", "items": {"$ref": "Push"}},
    }
    send = {
        "id": "send",
        "flatPath": "v1/projects/{projectsId}/messages:send",
        "httpMethod": "POST",
        "request": {"$ref": "Push"},
        "response": {"$ref": "Push"},
    }
    made = openapi_of(
        {
            "title": "FCM",
            "version": "v1",
            "rootUrl": "https://fcm.example/",
            "resources": {"projects": {"resources": {"messages": {"methods": {"send": send}}}}},
            "schemas": {"Push": {"id": "Push", "type": "object", "properties": fields}},
        }
    )
    here = {"$ref": "#/components/schemas/Push"}
    push = made["components"]["schemas"]["Push"]
    assert push["additionalProperties"] is False
    assert push["properties"]["ttl"]["pattern"]
    assert push["properties"]["words"]["additionalProperties"] == {"type": "string"}
    assert push["properties"]["anything"]["additionalProperties"] is True
    assert push["properties"]["inner"] == here
    assert push["properties"]["several"]["items"] == here
    operation = made["paths"]["/v1/projects/{project}/messages:send"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["schema"] == here
    assert operation["security"] == [{"oauth": []}]
