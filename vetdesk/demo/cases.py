"""Cases: what is found and done at the visits of the demo practice, as a vet or nurse would write it down."""

from __future__ import annotations

from dataclasses import dataclass

from models import Species
from vetdesk.demo.offers import (
    CHECK_UP,
    DENTAL,
    FAREWELL,
    FIRST_VISIT,
    NURSE_CLINIC,
    SMALL_PETS,
    SURGERY,
    VACCINATION,
    Offer,
)

DOG, CAT, RABBIT = (Species.DOG,), (Species.CAT,), (Species.RABBIT,)
DOG_AND_CAT = (Species.DOG, Species.CAT)
PIG = (Species.GUINEA_PIG,)
BIRD, REPTILE = (Species.BIRD,), (Species.REPTILE,)


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine to take home: so many milligrams a kilogram, so often a day, for so many days."""

    name: str
    strength: str
    directions: str
    milligrams_a_kilogram: float
    times_a_day: int
    days: int
    quantity: str
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A visit as it is written down. `{name}` is the pet; `often` weighs it against the others that fit."""

    offers: tuple[Offer, ...]
    species: tuple[Species, ...]
    reason: str
    subjective: str
    objective: str
    assessment: str
    plan: str
    often: float = 1
    problem: str = ""
    is_confirmed: bool = True
    procedure: str = ""
    given: tuple[str, str, str] | None = None
    medicine: Medicine | None = None
    at_home: tuple[str, ...] = ()
    instructions: str = ""
    internal: str = ""


_WELL = "Bright, alert and responsive. Mucous membranes pink, refill below two seconds. Heart and lungs clear."
_PAIN = Medicine(
    "Meloxicam", "1.5 mg/ml oral suspension", "Once a day with food. Stop and call us when {name} vomits or has diarrhoea.",
    0.1, 1, 5, "1 bottle of 10 ml",
)  # fmt: skip
_CAT_PAIN = Medicine(
    "Meloxicam", "0.5 mg/ml oral suspension for cats", "Once a day with food. Never together with other painkillers.",
    0.05, 1, 3, "1 bottle of 3 ml",
)  # fmt: skip

CASES: tuple[Case, ...] = (
    Case(
        (CHECK_UP, FIRST_VISIT), DOG_AND_CAT, "Yearly check",
        "{name} eats and drinks well. No coughing, no vomiting, stools normal. Worming was due last month.",
        _WELL + " Teeth with little tartar. Coat shiny, no fleas seen.",
        "Healthy.", "Worming tablet for home. See again in a year, or sooner if anything changes.", often=5,
    ),
    Case(
        (CHECK_UP,),
        (),
        "Check-up",
        "Well at home, eats as usual. Droppings normal.",
        "Alert, in good condition. Teeth, skin and nails as they should be.",
        "Healthy.",
        "Housing and food gone through. Again in half a year.",
        often=0.3,
    ),
    Case(
        (CHECK_UP,), DOG_AND_CAT, "Vomiting since yesterday",
        "{name} has vomited four times since yesterday evening, the last time only foam. Drinks a little. No access to "
        "poison known, may have found something on a walk.",
        "Slightly dull, about 5 % dehydrated. Abdomen soft, a little tender in front. Temperature normal.",
        "Acute gastritis, most likely something eaten outside.",
        "Fluids and anti-emetic given. Small meals of light food for three days. Back at once if it goes on.",
        often=3, problem="Acute gastroenteritis", given=("Maropitant", "0.1 ml/kg", "s.c."),
        instructions="Offer water in small amounts. From tonight a spoonful of light food every four hours. Call us at "
        "once if {name} vomits again, is listless, or there is blood.",
    ),
    Case(
        (CHECK_UP,), DOG, "Limps",
        "Limps on a hind leg since a walk on Sunday. Puts weight on it, stiff after rest. Eats well.",
        "Stifle a little warm and tender when bent, no drawer sign. No other joint affected.",
        "Sprain of the stifle. A partial tear of the cruciate ligament has to be kept in mind.",
        "Rest on the lead for ten days, painkiller for five. X-rays if it is no better.",
        often=2, problem="Lameness, hind leg", is_confirmed=False, medicine=_PAIN,
        at_home=("Walks on the lead only, ten minutes, three times a day", "No stairs and no jumping",
                 "Look at the leg again with us"),
    ),
    Case(
        (CHECK_UP,), DOG_AND_CAT, "Scratches the ears",
        "Shakes the head and scratches one ear for about a week.",
        "Ear canal red with brown wax, smells. Ear drum seen and whole. Cytology: many yeasts, few cocci.",
        "Otitis externa with Malassezia.", "Ear cleaned. Drops once a day for a week, then look again.",
        often=2, problem="Otitis externa", procedure="Ear cleaning and cytology",
        medicine=Medicine("Terbinafine, florfenicol, betamethasone ear gel", "1 dose of 1 ml",
                          "One dose into the clean ear, and another after a week. Do not clean in between.",
                          0, 1, 7, "2 doses"),
    ),
    Case(
        (CHECK_UP,), DOG, "Itches",
        "Licks the paws and scratches the belly, worse each spring. No fleas seen at home, prevention given monthly.",
        "Red skin between the toes and in the groin, some papules. Flea comb clean. Tape: few cocci.",
        "Atopic dermatitis, seasonal, mild flare.",
        "Itch relief for two weeks, then as needed. Shampoo weekly. Diet trial if it comes outside the season.",
        problem="Atopic dermatitis", often=1.5,
        medicine=Medicine("Oclacitinib", "16 mg tablets", "Twice a day for 14 days, then once a day, with or without food.",
                          0.5, 2, 14, "28 tablets", repeats=2),
    ),
    Case(
        (CHECK_UP,), CAT, "Drinks a lot",
        "{name} drinks more than before and has lost weight. Eats less than usual.",
        "Thin, coat dull. Kidneys small on palpation. Blood pressure 155 mmHg. Blood and urine taken.",
        "Chronic kidney disease, stage 2, pending the proteinuria result.",
        "Kidney diet over two weeks. Blood pressure and weight again in four weeks.",
        often=1.5, problem="Chronic kidney disease", procedure="Blood and urine sampling",
        at_home=("Mix the new food in over two weeks", "Several bowls of fresh water", "Weigh every week and note it"),
        instructions="The new food is the most important medicine. If {name} refuses it, call us before going back.",
    ),
    Case(
        (CHECK_UP,), CAT, "Cannot pass urine well",
        "Goes to the tray often, small amounts, once with blood. Still passes urine.",
        "Bladder small, tender. Urine: blood, no crystals, no bacteria seen.",
        "Idiopathic cystitis.", "Pain relief for three days, more water, less stress. An emergency if nothing comes.",
        problem="Feline idiopathic cystitis", medicine=_CAT_PAIN, procedure="Urine examination",
        instructions="If {name} strains and no urine comes, come at once, day or night.",
    ),
    Case(
        (CHECK_UP,), DOG, "Coughs",
        "Dry cough for four days, worse when pulling on the lead. Was boarded last week.",
        "Cough on pressure of the trachea. Temperature normal, lungs clear.",
        "Infectious tracheobronchitis, mild.", "Rest, harness instead of collar, no contact with dogs for two weeks.",
        problem="Infectious tracheobronchitis", is_confirmed=False,
    ),
    Case(
        (CHECK_UP,), DOG, "Heart check",
        "No fainting. Tires a little sooner than last year. Sleeping breaths at home about 22 a minute.",
        "Systolic murmur, grade 3 of 6, left apex. Lungs clear, pulse strong.",
        "Degenerative mitral valve disease, stage B2 by the last ultrasound.",
        "Go on with the medicine. Count sleeping breaths weekly. Ultrasound in six months.",
        problem="Mitral valve disease", often=0.8, internal="Owner worries a lot: please call back the same day.",
        medicine=Medicine("Pimobendan", "2.5 mg chewable tablets", "Twice a day, an hour before food.", 0.25, 2, 90,
                          "180 tablets", repeats=3),
    ),
    Case(
        (CHECK_UP,), DOG_AND_CAT, "Lump",
        "Found a lump under the skin some weeks ago. It does not bother {name} and has not grown.",
        "Soft, movable lump of 2 cm behind the ribs. Fine needle: fat cells only.",
        "Lipoma.", "Measure monthly. Again if it doubles, hardens or bothers.",
        problem="Lipoma", procedure="Fine needle aspiration",
    ),
    Case(
        (VACCINATION,), (Species.DOG, Species.CAT, Species.RABBIT, Species.FERRET), "Vaccination",
        "Well at home, eats and drinks. No reaction to earlier vaccinations.",
        _WELL + " Temperature normal.", "Fit for vaccination.", "Vaccinated. A quiet day today.", often=1,
    ),
    Case(
        (FIRST_VISIT,), (), "First visit",
        "Newly with the family. Eats well, curious, sleeps through.",
        _WELL, "Healthy. Shown how to handle and weigh at home.",
        "Plan for vaccination, worming and neutering discussed. Record of the former practice asked for.", often=2,
    ),
    Case(
        (SMALL_PETS,), RABBIT, "Does not eat",
        "{name} has left the hay since yesterday, few and small droppings.",
        "Abdomen firm, gut sounds faint. Molars with sharp edges on the inside of the tongue side.",
        "Gut stasis from dental pain.", "Fluids, gut stimulant, painkiller. Teeth under anaesthesia once it eats.",
        often=2, problem="Gastrointestinal stasis", given=("Metoclopramide", "0.1 ml/kg", "s.c."),
        at_home=("Feed the recovery food by syringe every three hours", "Count and note the droppings",
                 "Keep warm and with the companion"),
    ),
    Case(
        (SMALL_PETS,), PIG, "Scratches", "Scratches and loses hair on the back for two weeks.",
        "Scaly skin, hair loss on both sides. Scrape: mites.", "Sarcoptic mange (Trixacarus).",
        "Treatment of all guinea pigs in the cage, twice. Cage cleaned.", problem="Mange",
    ),
    Case(
        (SMALL_PETS,), BIRD, "Nails and beak", "Beak has grown long. Eats well, flies.",
        "Beak overgrown by some millimetres, nails long. Good weight.", "Beak overgrowth, liver to be watched.",
        "Beak and nails shortened. Diet changed from seeds to pellets.", procedure="Beak trimming",
    ),
    Case(
        (SMALL_PETS,), REPTILE, "Check before winter", "Eats well, basks. To hibernate from November.",
        "Alert, shell firm, weight fits the length. No parasites in the sample.", "Fit for hibernation.",
        "Stop feeding two weeks before, bath every other day. Weigh weekly.", procedure="Faecal examination",
    ),
    Case(
        (SMALL_PETS,), (), "Check", "Well at home, owner has questions about housing and food.",
        "Alert, good condition, teeth and nails as they should be.", "Healthy.",
        "Housing and diet gone through. Again in half a year.", often=0.7,
    ),
    Case(
        (NURSE_CLINIC,), (), "Nails", "For its nails, no other trouble.", "Nails long, no injuries.", "",
        "Nails shortened. Again in eight weeks.", often=3, procedure="Nail clip",
    ),
    Case(
        (NURSE_CLINIC,), DOG_AND_CAT, "Weight clinic", "Keeps to the diet most days. Walks longer.",
        "Body condition improved against last time.", "", "Ration cut by a tenth. Again in four weeks.", often=2,
        problem="Overweight", at_home=("Weigh the food, not the bowl", "Two walks of half an hour", "No treats from table"),
    ),
    Case(
        (NURSE_CLINIC,), DOG_AND_CAT, "Bandage", "Bandage stayed dry and in place.",
        "Wound clean, edges close. Bandage changed.", "", "Change again in three days.", procedure="Bandage change",
    ),
    Case(
        (DENTAL,), DOG_AND_CAT, "Dental cleaning", "Smells from the mouth. Chews on one side.",
        "Tartar grade 3, gingivitis. Premolar loose on the left.",
        "Periodontal disease, stage 3 at one tooth.", "Scaled and polished, one tooth taken out. Soft food for five days.",
        often=2, problem="Periodontal disease", procedure="Scaling, polishing, one extraction", medicine=_PAIN,
        instructions="Only soft food for five days. Start brushing after a week. A little blood in the water is normal "
        "today. Call us when {name} does not eat tomorrow.",
    ),
    Case(
        (DENTAL,), RABBIT, "Molars", "Drools and drops food.", "Spurs on the lower molars, a small wound on the tongue.",
        "Acquired dental disease.", "Spurs taken off. Hay without limit. Again in ten weeks.",
        problem="Dental disease", procedure="Molar burring",
    ),
    Case(
        (SURGERY,), (*DOG_AND_CAT, Species.RABBIT), "Neutering", "Fasted since last night. Well.",
        "Fit for anaesthesia. Operation without complications, woke up calmly.", "Neutered.",
        "Collar for ten days. Sutures out in ten days.", often=2, procedure="Neutering", medicine=_PAIN,
        at_home=("Collar day and night", "Look at the wound twice a day", "No running for ten days", "Sutures out with us"),
        instructions="{name} may be sleepy today. A small meal tonight. The wound has to stay dry and must not be licked.",
    ),
    Case(
        (SURGERY,), (Species.DOG, Species.CAT, Species.FERRET), "Lump removal", "Lump has grown over two months.",
        "Lump of 3 cm removed with a margin of 1 cm, sent in.", "Skin tumour, histology pending.",
        "Sutures out in twelve days. We call with the result.", procedure="Removal of a skin tumour",
        problem="Skin tumour", is_confirmed=False, medicine=_PAIN, internal="Sent to the lab in a double container.",
    ),
    Case(
        (FAREWELL,), (), "Farewell", "The family has decided after long thought.",
        "Weak, no longer eats. Quality of life scored together.", "End of life.",
        "Put to sleep peacefully with the family present.", procedure="Euthanasia",
        internal="No letters, no calls. A card, written by hand.",
    ),
)  # fmt: skip


def fitting(offer: Offer, species: Species) -> list[Case]:
    """The cases for which that kind of animal can come for that."""
    return [case for case in CASES if offer in case.offers and (not case.species or species in case.species)]
