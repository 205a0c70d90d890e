"""Common terms: the diagnoses that a practice begins its own list with, in plain words and with codes of our own.

They are taken from no licensed list; the columns for the codes of such lists stay empty until the practice fills them.
"""

from __future__ import annotations

from typing import Final

_TERMS = """
ABSC Abscess
ADDI Hypoadrenocorticism
ALLSKIN Allergic skin disease
ANAEM Anaemia
ANALSAC Anal sac disease
ANOREX Loss of appetite
ARTHR Osteoarthritis
ASTHMA Asthma
BITE Bite wound
BLADST Bladder stones
BLOAT Gastric dilatation
CATARACT Cataract
CATFLU Cat flu
CHF Congestive heart failure
CKD Chronic kidney disease
COLIC Colic
COLLAPS Collapse
CONJ Conjunctivitis
CONST Constipation
CORNULC Corneal ulcer
COUGH Cough
CRUCIATE Cruciate ligament rupture
CUSHING Hyperadrenocorticism
CYSTITIS Cystitis
DENTAL Dental disease
DIABET Diabetes mellitus
DIARRH Diarrhoea
DISC Intervertebral disc disease
DYSTOC Difficult birth
EPILEPSY Epilepsy
EYEINJ Eye injury
FEVER Fever
FLEAS Flea infestation
FOREIGN Foreign body
FRACT Fracture
GASTRO Gastroenteritis
GINGIV Gingivitis
GLAUCOMA Glaucoma
GUTSTAS Gut stasis
HEATSTR Heat stroke
HIPDYS Hip dysplasia
HYPERT Hyperthyroidism
HYPOT Hypothyroidism
KENNEL Kennel cough
LAME Lameness
LAMIN Laminitis
LIPOMA Lipoma
LIVER Liver disease
LUXPAT Patellar luxation
LYMPHO Lymphoma
MAMMARY Mammary tumour
MASS Mass of unknown kind
MASTIT Mastitis
MITES Mite infestation
MURMUR Heart murmur
OBESE Obesity
OTITIS Ear infection
OVERGRTH Overgrown teeth
PANCR Pancreatitis
PARVO Parvovirus infection
POISON Poisoning
PREGN Pregnancy
PYODERM Skin infection
PYOMETRA Pyometra
RINGWORM Ringworm
SEIZURE Seizure
SPRAIN Sprain
TICKS Tick infestation
TRAUMA Injury by accident
URIBLOCK Blocked urethra
VOMIT Vomiting
WORMS Worm infestation
WOUND Wound
"""

COMMON_TERMS: Final = tuple(tuple(term.split(" ", 1)) for term in _TERMS.strip().splitlines())
"""Each with its local code and its name."""
