"""The documents are right: examples print what is shown, tables are current, links lead somewhere."""

from __future__ import annotations

import doctest
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import griffe_docstrings  # noqa: E402
import make_api_pages  # noqa: E402
import make_documents  # noqa: E402
import make_reference  # noqa: E402

from perinatal import load_model, read_cohort  # noqa: E402
from perinatal.vocabulary import observe  # noqa: E402

FILES = (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "data" / "sample" / "README.md")
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in FILES)
WRITTEN_BY_HAND = [name for name in PAGES if not name.startswith(("docs/scores/", "docs/withheld/"))]
GENERATED_PARTS = [path.relative_to(ROOT).as_posix() for path in make_documents.DOCUMENTS]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchor(heading: str) -> str:
    """The anchor that a heading gets where Markdown is shown."""
    slug = re.sub(r"[^\w\- ]", "", heading.lower())
    return slug.strip().replace(" ", "-")


@pytest.mark.parametrize("name", [name for name in GENERATED_PARTS if "```python" in read(name)])
def test_every_python_example_prints_what_the_document_shows(name):
    text = read(name)
    outputs = make_documents.run_python_blocks(text)
    blocks = list(make_documents.PYTHON.finditer(text))
    assert len(outputs) == len(blocks) > 0
    for block, output in zip(blocks, outputs, strict=True):
        text_in_document = block["shown"]
        if text_in_document is None:
            assert not output, f"prints what the document does not show: {block['code'][:80]}"
        else:
            assert not make_documents.differs(text_in_document, output), (
                f"shown:\n{text_in_document}\nprinted:\n{output}"
            )


@pytest.mark.parametrize("name", [name for name in GENERATED_PARTS if "```console" in read(name)])
def test_every_command_prints_what_the_document_shows(name):
    blocks = [match["body"] for match in make_documents.CONSOLE.finditer(read(name))]
    assert blocks
    for body in blocks:
        now = make_documents.run_console_block(body)
        assert "Traceback" not in now
        assert not make_documents.differs(body, now), f"shown:\n{body}\nprinted:\n{now}"


@pytest.mark.parametrize(
    ("document", "tables"),
    [
        ("docs/models.md", {"models"}),
        ("docs/evidence.md", {"ladder", "transport", "floors"}),
    ],
)
def test_the_generated_tables_are_current(document, tables):
    matches = {match["name"]: match for match in make_documents.TABLE.finditer(read(document))}
    assert set(matches) == tables, f"{document} has lost its markers"
    for name, match in matches.items():
        content = match.group().removeprefix(match[1]).removesuffix(match[3])
        assert content == make_documents.build_table(name), "stale: run python scripts/make_documents.py"


def test_the_readme_is_short_and_its_four_commands_run(tmp_path):
    text = read("README.md")
    assert len(text.splitlines()) <= 170
    (commands,) = re.findall(r"^```sh\n(perinatal .*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert re.findall(r"^perinatal (\w+)", commands, re.MULTILINE) == ["compare", "adopt", "predict", "monitor"]
    with make_documents.scratch_folder() as (folder, environment):
        done = subprocess.run(
            ["bash", "-ec", commands], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        assert {"ours", "risks.csv"} <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_file_and_a_heading_that_exist(name):
    text = FENCED.sub("", read(name))
    for target in LINK.findall(text):
        if "://" in target:
            continue
        path, _, fragment = target.partition("#")
        linked = (ROOT / name).parent / path if path else ROOT / name
        assert linked.exists(), f"{name} links to {target}"
        if fragment:
            headings = {anchor(heading) for heading in HEADING.findall(linked.read_text(encoding="utf-8"))}
            assert fragment in headings, f"{name} links to {target}"


@pytest.mark.parametrize("name", WRITTEN_BY_HAND)
def test_every_make_target_a_document_names_exists(name):
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"^(?:\$ )?make ([a-z]+)", read(name), re.MULTILINE)) | set(
        re.findall(r"`make ([a-z]+)[` ]", read(name))
    )
    assert named <= targets


@pytest.mark.parametrize("name", WRITTEN_BY_HAND)
def test_every_script_a_document_names_exists(name):
    for script in re.findall(r"python (scripts/\w+\.py)", read(name)):
        assert (ROOT / script).is_file(), script


def test_the_site_reads_docstrings_as_they_are_written():
    assert doctest.testmod(griffe_docstrings).failed == 0


def test_the_pages_that_follow_from_declarations_are_current():
    assert not make_reference.find_stale(), "run python scripts/make_reference.py"


def test_every_public_name_is_on_a_page_of_the_api():
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "api").glob("*.md"))
    on_a_page = set(re.findall(r"^::: (\S+)$", pages, re.MULTILINE))
    assert on_a_page == set(make_api_pages.list_public_names())


def test_the_architecture_lists_the_layers_of_the_contract_in_their_order():
    contract = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]["layers"]
    rows = re.findall(r"^\| (\[`.*?) \| ", read("ARCHITECTURE.md"), re.MULTILINE)
    layers = [" | ".join(re.findall(r"\[`(\w+)`\]", row)) for row in rows]
    assert layers == contract


def test_the_readme_says_on_which_terms_the_data_may_be_used_and_that_it_is_not_for_clinical_use():
    text = " ".join(read("README.md").replace("**", "").split())
    assert "Not for clinical use as it stands" in text
    assert "statistical analysis and reporting only" in text
    assert "no attempt to re-identify a person or an establishment, and no linkage with other files" in text
    assert "Take models from people you trust" in text


@pytest.mark.parametrize("name", WRITTEN_BY_HAND)
def test_nothing_in_a_document_waits_to_be_filled_in(name):
    assert not re.search(r"^(?:[A-Z]{4,}|TODO.*|FIXME.*)$", FENCED.sub("", read(name)), re.MULTILINE)


def test_a_changed_number_is_noticed_and_the_last_digits_of_another_processor_are_not():
    assert make_documents.differs("risk 4.1 %", "risk 4.3 %")
    assert make_documents.differs("risk 4.1 %", "chance 4.1 %")
    assert not make_documents.differs("risk 0.12345  and 1,450 g", "risk 0.12346 and 1,450 g ")


@pytest.mark.skipif(shutil.which("bash") is None, reason="the commands of the README are run with bash")
def test_a_command_that_fails_shows_what_it_said():
    output = make_documents.run_console_block("$ perinatal predict nowhere.csv --model infant_death-birth\n")
    assert "There is no file 'nowhere.csv'." in output or "infant_death-birth" in output


def test_what_the_readme_says_of_small_newborns_comes_from_the_births_of_2011(shared_data):
    frame = read_cohort("nchs_linked_2011", shared_data / "us_births_2011.parquet").frame
    small = frame[(frame["birth_weight_g"] < 1000).fillna(False)]
    model = load_model("infant_death-birth")
    died = observe("infant_death", small).mean()
    from_weight = model.predict(small[["birth_weight_g"]]).risk.mean()
    three = ["birth_weight_g", "gestational_age_at_birth_days", "apgar_5min"]
    readme = " ".join(read("README.md").split())
    assert f"{died:.0%}".replace("%", " %") + " died before their first birthday" in readme
    assert f"from the weight alone {from_weight:.0%}".replace("%", " %") + " is estimated" in readme
    assert f"Apgar score {model.predict(small[three]).risk.mean():.0%}".replace("%", " %") in readme
