"""The Mesa face of a run: ``LinkageModel``, whose ``step()`` is a month, its network and its networkx graphs."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import mesa
import networkx as nx
import numpy as np
from mesa.discrete_space import Cell, CellCollection, Network
from numpy.typing import NDArray

from linkage_sim.agents import VIEWS, Facilitator, InputProvider, LeadFirm, Processor, Smallholder, firm_name, trust_in
from linkage_sim.books import FIRM_SALES, FIRM_TO_CITY, FIRM_TO_PLANT, STOCKED
from linkage_sim.engine import Outcome, Simulation, seed_of
from linkage_sim.errors import EngineError, ResultsError
from linkage_sim.month.record import WHOLE
from linkage_sim.scenario.check import check as check_draft
from linkage_sim.scenario.load import load_scenario
from linkage_sim.scenario.messages import ProblemsFound
from linkage_sim.scenario.resolve import draft_of_data
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.scenario.shipped import shipped
from linkage_sim.world.graph import graph_positions
from linkage_sim.world.state import State

Seen = TypeVar("Seen")
Numbers = NDArray[np.float64]
Graph = Any
SHIPPED_BASELINE = "apricot/baseline"
