"""Where definitions stand."""

from __future__ import annotations

NCHS = "NCHS User Guide to the 2021 Natality Public Use File (2003 revision of the US birth certificate)"
SINASC = "Brazil, Sistema de Informações sobre Nascidos Vivos (SINASC), Declaração de Nascido Vivo"
SIVEP = "Brazil, SIVEP-Gripe, SRAG hospitalizado notification form (2020 revision)"
WHO_ANC = "WHO Digital Adaptation Kit for Antenatal Care (2021)"
WHO_PCPNC = "WHO Pregnancy, Childbirth, Postpartum and Newborn Care, 3rd edition (2015)"
WHO_PNC = "WHO Digital Adaptation Kit for Postnatal Care"
WHO_NEAR_MISS = "WHO near-miss approach for maternal health (2011), 10.1016/j.bpobgyn.2009.01.007"
WHO_PSBI = "WHO possible serious bacterial infection, 0 to 59 days (2015, 2024), 10.1371/journal.pone.0229248"
HL7_BFDR = "HL7 Vital Records Birth and Fetal Death Reporting (BFDR)"
