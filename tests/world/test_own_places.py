from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage_sim.draws import key_of
from linkage_sim.errors import ScenarioError
from linkage_sim.scenario.region import Region
from linkage_sim.world.graph import market_graph
from linkage_sim.world.own_files import nodes_path, write_places
from linkage_sim.world.own_places import read_places
from linkage_sim.world.routes import Routes, compile_routes

Make = Callable[..., Region]

EDGES = """from,to,kilometres,hours,usd_per_kg,closed_jan,mountain
Vorukh,isfara,40,,,0.4,true
Surkh,isfara,12,0.5,0.031,,
isfara,konibodom,30,,,,
konibodom,khujand,85,,,,
khujand,oybek,67,,,,
"""
NODES = """name,kind,district,latitude,longitude,households
Surkh,village,isfara,40.09,70.60,75
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def to_file(text: str, name: str = "own.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


def message(path: Path, region: Region) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_places(path, region)
    return str(caught.value)


def test_csv_edge_list_with_places(write: Callable[..., Path], sughd: Region) -> None:
    path = write(EDGES)
    write(NODES, "own_nodes.csv")
    graph = read_places(path, sughd)
    assert set(graph) == {"Vorukh", "Surkh", "isfara", "konibodom", "khujand", "oybek"}
    assert graph.nodes["Surkh"]["households"] == 75
    assert not graph.nodes["Surkh"]["synthetic"]
    assert graph.nodes["Surkh"]["source"] == "own file"
    assert (graph.nodes["oybek"]["kind"], graph.nodes["oybek"]["latitude"]) == ("border", 40.66)
    road = graph.edges["Surkh", "isfara"]
    assert (road["hours"], road["usd_per_kg"], road["mountain"], road["derived"]) == (0.5, 0.031, False, "given")
    lorry = sughd.transport.lorry_hour * graph.edges["isfara", "konibodom"]["hours"]
    assert graph.edges["isfara", "konibodom"]["usd_per_kg"] == pytest.approx(0.003 + lorry)


def test_a_place_of_the_edge_list_alone_may_be_a_real_village(write: Callable[..., Path], sughd: Region) -> None:
    graph = read_places(write(EDGES.replace("Surkh", "Neftobod")), sughd)
    vorukh = graph.nodes["Vorukh"]
    assert (vorukh["kind"], vorukh["district"], vorukh["households"]) == ("village", "isfara", 50)
    assert (vorukh["latitude"], vorukh["longitude"]) == (39.85125, 70.58012)
    assert (vorukh["source"], vorukh["settlement"], vorukh["synthetic"]) == ("GeoNames 1220164", "Vorukh", False)
    road = graph.edges["Vorukh", "isfara"]
    assert road["mountain"]
    assert road["hours"] == pytest.approx(40 / 25)
    assert road["usd_per_kg"] == pytest.approx(0.02 + 0.015 * 40 / 25)
    assert road["closed"] == (0.4,) + (0.0,) * 11
    routes = compile_routes(graph, sughd)
    assert routes.village_names == ("Neftobod", "Vorukh")
    assert routes.village_closed[1, 0] == pytest.approx(0.4)


def test_semicolons_and_decimal_commas(write: Callable[..., Path], sughd: Region) -> None:
    text = EDGES.replace("Surkh", "Neftobod").replace(",", ";").replace("0.031", "0,031")
    graph = read_places(write("\ufeff" + text), sughd)
    assert graph.edges["Neftobod", "isfara"]["usd_per_kg"] == 0.031


@pytest.mark.parametrize("name", ["own.csv", "own.graphml"])
def test_what_is_written_is_read_again(tmp_path: Path, region: Make, name: str) -> None:
    made = market_graph(region(), key_of(4))
    write_places(made, tmp_path / name)
    read = market_graph(region(graph_file=str(tmp_path / name)), key_of(9))
    assert set(read) == set(made)
    assert all(read.nodes[place] == data for place, data in made.nodes(data=True))
    assert all(read.edges[a, b] == data for a, b, data in made.edges(data=True))
    assert read.number_of_edges() == made.number_of_edges()
    one, other = (compile_routes(graph, region()) for graph in (made, read))
    for field in Routes.__dataclass_fields__:
        np.testing.assert_equal(getattr(one, field), getattr(other, field), err_msg=field)


def test_graphml_of_another_program(tmp_path: Path, sughd: Region) -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node("n0", label="Vorukh", colour="red")
    graph.add_node("n1", name="isfara")
    graph.add_node("n2", name="khujand", kind="city")
    graph.add_edge("n0", "n1", kilometres=40, closed_jan=0.4)
    graph.add_edge("n2", "n1", kilometres=117.5, weight=3)
    for row in ("n0", "n1"):
        graph.nodes[row]["kind"] = {"n0": "Village", "n1": "bazaar"}[row]
    nx.write_graphml_xml(graph, tmp_path / "own.graphml")
    read = read_places(tmp_path / "own.graphml", sughd)
    assert set(read) == {"Vorukh", "isfara", "khujand"}
    assert read.nodes["Vorukh"]["kind"] == "village"
    assert read.edges["isfara", "khujand"]["kilometres"] == 117.5


BAD_EDGES = [
    (
        "Vorukh,isfara,40",
        "Vorukh,isfara,forty",
        ["own.csv:2", 'kilometres is "forty"', "allowed: a number, 0 to 20000"],
    ),
    ("Vorukh,isfara,40", "Vorukh,isfara,", ["own.csv:2", "no kilometres"]),
    ("Vorukh,isfara,40", "Vorukh,isfara,nan", ["own.csv:2", 'kilometres is "nan"']),
    ("isfara,konibodom,30", "isfara,konibodon,30", ["own.csv:4", 'place "konibodon"', "nearest: konibodom", "known: "]),
    ("isfara,konibodom,30", "isfara,,30", ["own.csv:4", "a road with one end"]),
    ("isfara,konibodom,30", "isfara,isfara,30", ["own.csv:4", "to itself"]),
    ("isfara,konibodom,30", "isfara,Neftobod,30", ["own.csv:4", "a second road between isfara and Neftobod"]),
    ("40,,,0.4", "40,,,1.4", ["own.csv:2", 'closed_jan is "1.4"', "allowed: a number, 0 to 1"]),
    ("0.4,true", "0.4,perhaps", ["own.csv:2", 'mountain is "perhaps"', "allowed: true or false"]),
    ("kilometres", "kilometers", ["own.csv:1", 'column "kilometers"', "nearest: kilometres", "no column kilometres"]),
    ("closed_jan", "hours", ["own.csv:1", 'column "hours" stands twice']),
    ("12,0.5,0.031,,", "12,0.5,0.031,,,,", ["own.csv:3", "9 cells under 7 columns"]),
    ("konibodom,khujand,85,,,,\n", "", []),
    ("khujand", "Istaravshan", ["region.city", 'no city "khujand"', "no city among its places"]),
]


@pytest.mark.parametrize(("old", "new", "words"), BAD_EDGES)
def test_a_bad_edge_list_is_told(write: Callable[..., Path], sughd: Region, old: str, new: str, words: list[str]) -> None:
    text = EDGES.replace("Surkh", "Neftobod")
    assert old in text
    path = write(text.replace(old, new))
    if words:
        found = message(path, sughd)
        assert all(word in found for word in words), found
    else:  # the file is sound, but no road leads to the city
        with pytest.raises(ScenarioError, match='no road joins the village "Vorukh" to the city "khujand"'):
            compile_routes(read_places(path, sughd), sughd)


BAD_NODES = [
    ("Surkh,village", "Surkh,vilage", ["own_nodes.csv:2", 'kind of "Surkh" is "vilage"', "nearest: village"]),
    ("40.09,70.60", ",", ["own_nodes.csv:2", 'no position of "Surkh"']),
    ("40.09", "140.09", ["own_nodes.csv:2", 'latitude is "140.09"', "allowed: a number, -90 to 90"]),
    (",75", ",7.5", ["own_nodes.csv:2", "households is 7.5", "allowed: a whole number"]),
    (",75", ",0", ["own_nodes.csv:2", 'households is "0"']),
    ("isfara,40.09,70.60,75", "isfera,40.09,70.60,", ["own_nodes.csv:2", 'no district "isfera"', "nearest: isfara"]),
    ("75\n", "75\nSurkh,village,isfara,40.09,70.60,75\n", ["own_nodes.csv:3", "stands twice, first on line 2"]),
    ("75\n", "75\n,village,isfara,40.09,70.60,75\n", ["own_nodes.csv:3", "a place without a name"]),
]


@pytest.mark.parametrize(("old", "new", "words"), BAD_NODES)
def test_bad_places_are_told(write: Callable[..., Path], sughd: Region, old: str, new: str, words: list[str]) -> None:
    assert old in NODES
    path = write(EDGES)
    write(NODES.replace(old, new), "own_nodes.csv")
    found = message(path, sughd)
    assert all(word in found for word in words), found


def test_a_village_without_district_goes_with_its_cheapest_bazaar(write: Callable[..., Path], sughd: Region) -> None:
    path = write(EDGES + "Surkh,konibodom,1,,,,\n")
    write(NODES.replace("isfara", ""), "own_nodes.csv")
    assert read_places(path, sughd).nodes["Surkh"]["district"] == "konibodom"


def test_all_problems_are_told_at_once(write: Callable[..., Path], sughd: Region) -> None:
    path = write(EDGES.replace("12,0.5", "12,-5").replace("0.4,true", "4,true").replace("isfara,30", "isfara,x"))
    write(NODES, "own_nodes.csv")
    found = message(path, sughd)
    assert "own.csv:2  closed_jan" in found
    assert "own.csv:3  hours" in found


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("own.txt", b"from,to\n", ['unknown kind of file ".txt"', "known: .csv"]),
        ("own.csv", b"", ["own.csv:1", "holds no rows"]),
        ("own.csv", b"from,to,kilometres\n", ["own.csv:1", "holds no rows"]),
        ("own.csv", b"from,to,kilometres\na,b,1\n\xff,b,1", ["own.csv:3", "0xff is not UTF-8 text"]),
        ("own.csv", b"a" * 5_000_001, ["own.csv:1", "is larger than 5 MB"]),
        ("own.graphml", b"<graphml>\n<graph>\n<node", ["own.graphml:3", "is not XML"]),
        ("own.graphml", b"<graphml></graphml>", ["own.graphml:1", "not a GraphML file"]),
        ("own.graphml", b'<!DOCTYPE x [<!ENTITY a "b">]><graphml/>', ["own.graphml:1", "document type or entities"]),
    ],
)
def test_what_is_no_graph_is_told(tmp_path: Path, sughd: Region, name: str, content: bytes, words: list[str]) -> None:
    (tmp_path / name).write_bytes(content)
    found = message(tmp_path / name, sughd)
    assert all(word in found for word in words), found


def test_a_missing_file_is_told_with_the_nearest(write: Callable[..., Path], tmp_path: Path, region: Make) -> None:
    write(EDGES, "places.csv")
    with pytest.raises(ScenarioError) as caught:
        market_graph(region(graph_file=str(tmp_path / "place.csv")), key_of(1))
    assert "place.csv" in str(caught.value)
    assert "nearest: places.csv" in str(caught.value)


def test_a_folder_is_not_a_file(tmp_path: Path, sughd: Region) -> None:
    (tmp_path / "own.csv").mkdir()
    assert "own.csv  is a folder" in message(tmp_path / "own.csv", sughd)


GRAPHML = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="km" for="edge" attr.name="kilometres" attr.type="double" />
  <key id="kind" for="node" attr.name="kind" attr.type="string" />
  <graph edgedefault="{direction}">
    <node id="isfara" />
    <node id="Vorukh"><data key="kind">village</data></node>
    <node id="khujand" />
    <edge source="Vorukh" target="isfara"><data key="km">40</data></edge>
    <edge source="khujand"
          target="isfara"><data key="km">117</data></edge>
  </graph>
</graphml>
"""


def test_graphml_leans_on_the_scenario_too(write: Callable[..., Path], sughd: Region) -> None:
    graph = read_places(write(GRAPHML.format(direction="undirected"), "own.graphml"), sughd)
    assert [graph.nodes[name]["kind"] for name in ("isfara", "Vorukh", "khujand")] == ["bazaar", "village", "city"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (">40<", ">-40<", ["own.graphml:9", 'kilometres is "-40"']),
        (">117<", ">90000<", ["own.graphml:10", 'kilometres is "90000"']),
        (">village<", ">vilage<", ["own.graphml:7", 'kind of "Vorukh" is "vilage"', "nearest: village"]),
        ('"isfara"', '"isfera"', ["own.graphml:6", 'unknown place "isfera"', "nearest: isfara"]),
        ('<data key="km">40</data>', "", ["own.graphml:9", "no kilometres"]),
        (">40<", ">forty<", ["own.graphml:9", 'kilometres is "forty"']),
        ("</graph>", '<edge source="isfara" target="khujand"/></graph>', ["own.graphml:12", "a second road between"]),
    ],
)
def test_bad_graphml_is_told(write: Callable[..., Path], sughd: Region, old: str, new: str, words: list[str]) -> None:
    text = GRAPHML.format(direction="directed")
    assert old in text
    found = message(write(text.replace(old, new), "own.graphml"), sughd)
    assert all(word in found for word in words), found


def test_misspelt_graphml_attribute_is_pointed_at(tmp_path: Path, sughd: Region) -> None:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edge("isfara", "khujand", kilometers=1.0)
    for name, kind in (("isfara", "bazaar"), ("khujand", "city")):
        graph.nodes[name]["kind"] = kind
    nx.write_graphml_xml(graph, tmp_path / "own.graphml")
    assert "no kilometres\n    allowed: a number, 0 to 20000 (there is kilometers)" in message(tmp_path / "own.graphml", sughd)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, sughd_words: dict[str, Any]) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    graph = market_graph(Region.model_validate(sughd_words), key_of(4))
    graph.remove_nodes_from([f"asht/v{n:02d}" for n in range(3, 11)] + [f"isfara/v{n:02d}" for n in range(1, 10)])
    for name in ("own.csv", "own.graphml"):
        write_places(graph, folder / name)
    return folder


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damaged_files_are_told_or_read(data: st.DataObject, sound: Path, sughd_words: dict[str, Any]) -> None:
    name = data.draw(st.sampled_from(["own.csv", "own_nodes.csv", "own.graphml"]))
    folder = sound / "damaged"
    folder.mkdir(exist_ok=True)
    for file in sound.glob("own*"):
        shutil.copy(file, folder / file.name)
    content = bytearray((sound / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6) | st.sampled_from(
            [b",", b"\n", b"nan", b"-1", b"1e400", b'"', b"<", b"&x;", b"\x00", b"village", b"khujand"]
        ))  # fmt: skip
    (folder / name).write_bytes(bytes(content))
    region = Region.model_validate(sughd_words)
    try:
        routes = compile_routes(read_places(folder / (name if name != "own_nodes.csv" else "own.csv"), region), region)
    except ScenarioError:
        return
    assert np.isfinite(routes.place_village_cost).all()
    assert (routes.place_village_cost >= 0).all()


def test_nodes_file_stands_beside(tmp_path: Path) -> None:
    assert nodes_path(tmp_path / "valley.csv") == tmp_path / "valley_nodes.csv"
