"""When a risk is estimated: a declared moment, or the words of a publication."""

from __future__ import annotations

import pytest

import perinatal as pn


@pytest.mark.parametrize("moment", pn.Moment)
def test_the_timing_of_a_moment_is_part_of_a_sentence(moment):
    assert moment.timing.split()[0] in ("at", "in", "on", "five", "when")
    assert moment.description in moment.timing


def test_answers_of_a_trained_model_carry_its_moment():
    model, births = pn.load_model("preterm_birth-booking"), pn.load_sample("births")
    for result in (model, model.predict(births), model.explain(births)):
        assert result.moment is pn.Moment.BOOKING
        assert result.timing == "at the first antenatal visit"


@pytest.mark.parametrize("name", ["minipiers", "bishop"])
def test_answers_of_a_published_score_have_its_words_and_no_moment(name):
    model = pn.load_model(name)
    record = dict.fromkeys(model.inputs)
    for result in (model, model.predict(record), model.explain(record)):
        assert result.moment is None
        assert result.timing == model.score.timing
