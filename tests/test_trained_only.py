"""What only a trained model can do says so of a published score, in Python as on the command line."""

from __future__ import annotations

import pytest

import perinatal as pn
from perinatal.errors import InputError

BIRTHS = pn.load_sample("hospital_births").head(50)


def adopted(model):
    return pn.adopt(model, BIRTHS, site="Here")


def watched(model):
    return pn.monitor(model, BIRTHS)


def summed_up(model):
    return pn.summarise(model, BIRTHS, site="Here")


@pytest.mark.parametrize("ask", [adopted, watched, summed_up])
def test_a_published_score_is_refused_with_what_to_do_instead(ask):
    message = r"'minipiers' is a published score.* A score is evaluated by a comparison \(compare\)"
    with pytest.raises(InputError, match=message):
        ask(pn.load_model("minipiers"))


@pytest.mark.parametrize("ask", [adopted, watched, summed_up])
def test_what_is_no_model_is_refused_by_its_kind(ask):
    with pytest.raises(InputError, match=r"Expected a trained model, from perinatal.load_model or fit; got str"):
        ask("nicu_admission-birth")
