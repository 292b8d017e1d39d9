"""What is recorded when a pregnant or postpartum woman is admitted with severe respiratory infection."""

from __future__ import annotations

from perinatal.vocabulary.kinds import Category, Quantity, Variable, flags
from perinatal.vocabulary.moments import Moment
from perinatal.vocabulary.variables.sources import SIVEP

SARI_ADMISSIONS = (
    Variable(
        "pregnancy_stage",
        "stage of pregnancy",
        Category(("first_trimester", "second_trimester", "third_trimester", "postpartum"), ordered=True),
        Moment.SARI_ADMISSION,
        "Trimester on admission, or up to 42 days after birth.",
        SIVEP,
    ),
    Variable(
        "symptoms_to_admission_days",
        "days from first symptom to admission",
        Quantity("days", (0, 365), (0, 60)),
        Moment.SARI_ADMISSION,
        "Completed days from first symptom to admission.",
        SIVEP,
    ),
    *flags(
        Moment.SARI_ADMISSION,
        SIVEP,
        ("cough", "cough", "On admission."),
        ("sore_throat", "sore throat", "On admission."),
        ("dyspnoea", "shortness of breath", "On admission."),
        ("respiratory_distress", "respiratory distress", "On admission."),
        ("oxygen_saturation_below_95", "oxygen saturation below 95 %", "On admission, breathing room air."),
        ("diarrhoea", "diarrhoea", "On admission."),
        ("fatigue", "fatigue", "On admission."),
        ("loss_of_smell", "loss of smell", "On admission."),
        ("loss_of_taste", "loss of taste", "On admission."),
        (
            "hospital_acquired_infection",
            "infection caught in hospital",
            "Symptoms began after admission for another reason.",
        ),
        ("outbreak_case", "from a flu-like outbreak", "Case of an outbreak of flu-like illness that became severe."),
        ("admitted_away_from_home", "admitted outside her municipality", "Notified outside her municipality."),
        ("contact_with_birds_or_pigs", "contact with birds or pigs", "In the days before."),
        ("influenza_vaccinated", "influenza vaccine", "Vaccinated in the last campaign."),
        ("heart_disease", "heart disease", "Chronic cardiovascular disease; often blank, mostly meaning no."),
        ("haematological_disease", "blood disease", "Chronic; often blank, mostly meaning no."),
        ("liver_disease", "liver disease", "Chronic; often blank, mostly meaning no."),
        ("asthma", "asthma", "Often blank, mostly meaning no."),
        ("diabetes_mellitus", "diabetes", "Any diabetes as ticked on the form; often blank, mostly meaning no."),
        ("neurological_disease", "neurological disease", "Chronic; often blank, mostly meaning no."),
        ("lung_disease", "lung disease", "Chronic, other than asthma; often blank, mostly meaning no."),
        ("immunosuppression", "weakened immune system", "Disease or drugs; often blank, mostly meaning no."),
        ("obesity", "obesity", "As ticked on the form; often blank, mostly meaning no."),
    ),
)
