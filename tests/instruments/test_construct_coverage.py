"""Every construct of the article is asked, computed, analysed, or said to be planned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.construct_coverage import ConstructEvidence, construct_coverage
from coprod_stats.instruments.shipped import list_modules
from coprod_stats.responses.table import Provenance, Responses
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.simulated_answers import simulate_answers
from coprod_stats.study.plan_reading import read_plan

# the codes of the construct map, by family
CONSTRUCTS = """
DRREL DRACT DRINP DRSET DRTEC DRKNO DRFLO QUA PRF ATT SHR KGN IVEST IVENJ IVSOC IVLOY MVREL MVECO
MVNOR MVPUB VAOPN VASAL VAINC VACRE VATRU VALEG VAUSE DTHUM DTFIN DTPRF DTRGT DTDIV DTCON DTACC
DTTRA CPSTG CPSEC CPWAY CPFRM CPWHI CPROL CPKNW CPCRE SEC_LOC SEC_EDU SEC_HEA SEC_DIS SEC_POL
SEC_AGR SEC_CLI SEC_ICT SEC_SOC PDKNO PDTRN PDCTL PDCON PDREG PDASY FACOM FAINC FAOPA FAPOL FARSK
FPAWR FPOWN FPSCP FPMIN FPMAS FPSDM FPPRE FPTEN FPINS FCPOL FCNEG FCSUC WIL WOR ROL NEC CAP SES OATT
GOL1 GOL2 GOL3 GOL4 GOL5 GOL6 GOL7 GOL8 GOL9 BEN1 BEN2 BEN3 BEN4 BEN5 BEN6 FAILV SOCPR ATTRB INTNT
ADWKL ADDIS ADPOW ADBUR CHL1 CHL2 CHL3 CHL4 CHL5 CHL6 PROFL RSN1 RSN2 RSN3 RSN4 RSN5 DFDIR DFACT
DFVOL DFCIT DFOUT DFEND DFSTG DFPOS CCO GAP1 GAP2 GAP3 GAP4 GAP5 GAP6
"""
PLANNED = {"PDASY", "GAP1", "GAP2", "GAP4", "GAP5", "GAP6"}


@pytest.fixture(scope="module")
def instruments() -> tuple[Instrument, ...]:
    return tuple(read_instrument(id, modules=list_modules()) for id in ("citizen", "provider"))


@pytest.fixture(scope="module")
def evidence(instruments: tuple[Instrument, ...]) -> dict[str, ConstructEvidence]:
    found = construct_coverage(instruments, plans=["driver_impact"])
    return {entry.construct.code: entry for entry in found}


def test_every_row_of_the_construct_map_is_covered_or_planned(
    evidence: dict[str, ConstructEvidence],
) -> None:
    codes = set(CONSTRUCTS.split())
    assert codes <= evidence.keys()
    status = {code: entry.status for code, entry in evidence.items()}
    assert {code for code, found in status.items() if found == "planned"} == PLANNED
    assert {code for code, found in status.items() if found not in ("covered", "planned")} == set()


def test_items_and_columns_that_are_named_exist(
    instruments: tuple[Instrument, ...], evidence: dict[str, ConstructEvidence]
) -> None:
    known = {
        f"{one.id}.{name}"
        for one in instruments
        for name in (*(item.id for item in one.questions), *one.columns)
    }
    for entry in evidence.values():
        assert known.issuperset((*entry.items, *entry.columns))


def test_plans_that_are_named_can_be_read(evidence: dict[str, ConstructEvidence]) -> None:
    steps = {step for entry in evidence.values() for step in entry.steps}
    assert steps == {"driver_impact"}
    assert len(read_plan("driver_impact").hypotheses) >= 21


@pytest.mark.parametrize("place", [0, 1], ids=["citizen", "provider"])
def test_every_index_and_derived_variable_computes(
    instruments: tuple[Instrument, ...], place: int
) -> None:
    full = instruments[place].for_form("full")
    everyone = {
        "population": "all",
        "about": "",
        "rows": 400,
        "seed": 1,
        "paths": {},
        "loadings": {},
        "shares": {},
        "groups": {"all": {"share": 1.0}},
        "answers": {
            "CONS1": {1: 1},
            "SCANY": {1: 1},
            "DFACT": {1: 1},
            "DFDIR4": {1: 1},
            "DFOUT": {1: 1},
        },
    }
    population = PopulationForm.model_validate(everyone)
    drawn = simulate_answers(population, full, n_rows=400, rng=np.random.default_rng(1))
    responses = Responses(full, drawn.answers, Provenance("synthetic", "", "simulated", 400))
    indices = responses.index_values()
    assert len(full.indices) >= 10
    for index in full.indices:
        assert indices[index.id].notna().any(), index.id
        assert indices[index.id].nunique() > 1, index.id
    for derived in full.derived:
        assert responses.numbers([derived.id]).notna().any(axis=None), derived.id


def test_what_one_side_lacks_is_said(instruments: tuple[Instrument, ...]) -> None:
    citizen, provider = instruments
    without = replace(citizen, scales=tuple(s for s in citizen.scales if s.id != "QUA"))
    found = {entry.construct.code: entry for entry in construct_coverage((without, provider))}
    assert (found["QUA"].status, found["QUA"].lacking) == ("partly", ("citizen",))
    assert found["QUA"].summary.endswith("not in citizen")
    assert found["GAP3"].status == "missing"  # its plan is not among those that run
    assert found["GAP1"].summary.startswith("logit of SUCU")
