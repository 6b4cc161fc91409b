"""Who and what the demo is about: data only."""

from __future__ import annotations

from retainer.local.seed.nouns import Client, Episode, Metric, Person, System

PASSWORD = "retainer-demo-2026"

QUALITY = Metric("auto_resolution_rate", 0.87, 0.012, "ratio", "below", 0.77, 0.80, "More customers wait for a person")
LATENCY = Metric("p95_latency_ms", 420, 22, "ms", "above", 650, 550, "Customers wait longer for answers")
ERRORS = Metric("error_rate", 0.012, 0.003, "ratio", "above", 0.05, 0.03, "Some requests get no answer")

PEOPLE = (
    Person("Maya Lindqvist", "maya@brightloop.example", "owner"),
    Person("Jonas Weber", "jonas@brightloop.example", "account_manager"),
    Person("Priya Raman", "priya@brightloop.example", "engineer"),
    Person("Tom Okafor", "tom@brightloop.example", "viewer"),
)

CLIENTS = (
    Client(
        name="Norvik Outdoor",
        time_zone="Europe/Berlin",
        country="DE",
        tier="monthly-retraining",
        price_minor=220_000,
        hours_minutes=20 * 60,
        contacts=(
            ("Elin Norvik", "elin@norvik.example", ("viewer", "approver", "finance")),
            ("Sven Aldous", "sven@norvik.example", ("viewer",)),
        ),
        systems=(
            System(
                "Support assistant",
                "Answers customers in chat and hands over to people when it is not sure.",
                "high",
                True,
                "demo",
                (QUALITY, LATENCY, ERRORS, Metric("confidence", 0.84, 0.01, "ratio")),
                live=True,
            ),
            System(
                "Returns triage",
                "Sorts return requests and proposes refund or repair.",
                "medium",
                False,
                "standard",
                (
                    Metric(
                        "match_rate",
                        0.94,
                        0.008,
                        "ratio",
                        "below",
                        0.88,
                        0.90,
                        "Fewer invoices are matched by themselves",
                    ),
                    LATENCY,
                ),
            ),
            System(
                "Product search",
                "Understands what shoppers mean and ranks products.",
                "high",
                True,
                "priority",
                (
                    Metric(
                        "hit_rate",
                        0.81,
                        0.012,
                        "ratio",
                        "below",
                        0.72,
                        0.75,
                        "Shoppers find less of what they look for",
                    ),
                    LATENCY,
                    ERRORS,
                ),
            ),
        ),
    ),
    Client(
        name="Lumen Dental Group",
        time_zone="Europe/London",
        country="GB",
        tier="quarterly-retraining",
        price_minor=95_000,
        hours_minutes=10 * 60,
        contacts=(("Dr Amelia Hart", "amelia@lumen.example", ("viewer", "approver", "finance")),),
        systems=(
            System(
                "Appointment voice agent",
                "Books and moves appointments on the phone.",
                "high",
                True,
                "priority",
                (
                    Metric(
                        "task_completion", 0.91, 0.011, "ratio", "below", 0.82, 0.85, "More tasks are left unfinished"
                    ),
                    LATENCY,
                    ERRORS,
                ),
            ),
            System(
                "Insurance claim reader",
                "Reads scanned claims into the practice system.",
                "medium",
                False,
                "standard",
                (
                    Metric(
                        "field_accuracy", 0.972, 0.004, "ratio", "below", 0.94, 0.955, "More fields are read wrongly"
                    ),
                    ERRORS,
                ),
            ),
            System(
                "Recall letters",
                "Writes check-up reminders in each patient's language.",
                "low",
                False,
                "essential",
                (
                    Metric(
                        "approved_unchanged", 0.89, 0.015, "ratio", "below", 0.78, 0.82, "More drafts need rewriting"
                    ),
                ),
            ),
        ),
    ),
    Client(
        name="Cascade Freight",
        time_zone="America/New_York",
        country="US",
        tier="monitoring",
        price_minor=45_000,
        hours_minutes=4 * 60,
        contacts=(("Rosa Delgado", "rosa@cascade.example", ("viewer", "approver")),),
        systems=(
            System(
                "Invoice extraction",
                "Turns carrier invoices into ledger lines.",
                "medium",
                False,
                "standard",
                (
                    Metric(
                        "field_accuracy", 0.963, 0.005, "ratio", "below", 0.93, 0.945, "More fields are read wrongly"
                    ),
                    ERRORS,
                ),
            ),
            System(
                "Dispatch mail sorter",
                "Routes incoming mail to the right desk.",
                "low",
                False,
                "essential",
                (
                    Metric(
                        "match_rate",
                        0.92,
                        0.01,
                        "ratio",
                        "below",
                        0.85,
                        0.88,
                        "Fewer records are matched by themselves",
                    ),
                ),
            ),
        ),
        live=False,
        months=3,
    ),
)

# Not a client yet: a proposal waits for an answer, and the one before it was declined.
PROSPECT = Client(
    name="Aster Clinics",
    time_zone="Europe/Berlin",
    country="DE",
    tier="monitoring",
    price_minor=38_000,
    hours_minutes=6 * 60,
    contacts=(("Nora Aster", "nora@aster.example", ("viewer", "approver")),),
    systems=(System("Booking assistant", "Finds a free appointment by chat.", "medium", True, "standard", ()),),
    live=False,
)

EPISODES = (
    Episode(
        118,
        10,
        "Product search",
        "Search answers take twice as long",
        "high",
        12,
        140,
        updates=("Searches are slow for some shoppers. We are looking into it.",),
        resolution="The provider's region was overloaded. Traffic now goes to a second region.",
        lesson=("Fail over to a second region by itself", "integration", 4, 2),
    ),
    Episode(
        96,
        14,
        "Insurance claim reader",
        "Dates on one insurer's forms are read wrongly",
        "medium",
        95,
        1400,
        updates=("One insurer changed its form. Claims from it need a second look until we have adjusted the reader.",),
        resolution="The new form is part of the reader's examples. 120 claims were read again and corrected.",
        waited_on_client=(180, 900),
        lesson=("Watch for new form layouts", "data_quality", 4, 3),
    ),
    Episode(
        83,
        9,
        "Appointment voice agent",
        "Calls end before the appointment is confirmed",
        "critical",
        9,
        190,
        updates=(
            "Some calls end too early. Patients can still book at the desk. Next news within 30 minutes.",
            "Cause found: a time limit of the phone provider. A workaround is live.",
        ),
        resolution="Calls run to the end again. 14 patients were called back.",
        lesson=("Test call length before each release", "feature", 5, 2),
    ),
    Episode(
        71,
        11,
        "Invoice extraction",
        "Error rate above 5 %",
        "medium",
        40,
        260,
        resolution="An expired key of the document store was renewed.",
        lesson=("Renew keys two weeks before they expire", "integration", 3, 1),
    ),
    Episode(
        64,
        15,
        "Support assistant",
        "Answers quote last year's shipping prices",
        "high",
        4,
        75,
        updates=("The assistant named outdated shipping prices. It no longer answers such questions by itself.",),
        resolution="The price list was read anew. 31 customers got a correction.",
        lesson=("Refresh the knowledge base nightly and check it", "data_quality", 5, 2),
    ),
    Episode(
        57,
        3,
        "Product search",
        "No answer for two minutes",
        "high",
        6,
        14,
        false_alarm="A deploy of ours restarted the prober.",
    ),
    Episode(
        49,
        13,
        "Dispatch mail sorter",
        "Customs mail lands on the wrong desk",
        "low",
        300,
        2300,
        resolution="Examples for customs mail were added.",
    ),
    Episode(
        38,
        10,
        "Appointment voice agent",
        "Voice agent does not answer",
        "critical",
        48,
        130,
        updates=("The voice agent is down; calls go to the desk. We have reached the provider.",),
        resolution="The phone provider fixed an outage of its own. Calls are answered again.",
    ),
    Episode(
        31,
        16,
        "Returns triage",
        "Match rate fell from 94 % to 86 %",
        "medium",
        120,
        1500,
        updates=("New product lines are sorted less well. We are adding examples.",),
        resolution="200 examples of the new lines were added; the match rate is back at 94 %.",
        waited_on_client=(200, 1100),
        lesson=("Ask for new product lines a week ahead", "data_quality", 3, 3),
    ),
    Episode(
        22,
        9,
        "Support assistant",
        "p95 latency over 650 ms",
        "medium",
        3,
        41,
        resolution="A prompt had grown by accident; it is short again.",
    ),
    Episode(
        15,
        12,
        "Insurance claim reader",
        "Confidence lower than usual",
        "low",
        200,
        900,
        false_alarm="A batch of poor scans from one practice; nothing to repair.",
    ),
    Episode(
        9,
        8,
        "Product search",
        "Shoppers get empty result pages",
        "critical",
        5,
        52,
        updates=("Some searches find nothing. We have switched to the previous model version.",),
        resolution="The previous version is live again and the faulty one is withdrawn.",
        lesson=("Run the test searches before each release", "feature", 5, 3),
    ),
    Episode(
        4,
        14,
        "Recall letters",
        "Letters in Polish fall back to English",
        "low",
        410,
        1200,
        resolution="The language setting is read from the right field again.",
    ),
)

OTHER_PEOPLE = (Person("Harriet Finch", "harriet@harborfinch.example", "owner"),)
OTHER_CLIENTS = (
    Client(
        name="Meridian Homes",
        time_zone="Europe/London",
        country="GB",
        tier="quarterly-retraining",
        price_minor=80_000,
        hours_minutes=8 * 60,
        contacts=(("Owen Pryce", "owen@meridian.example", ("viewer", "approver", "finance")),),
        systems=(
            System(
                "Viewing scheduler",
                "Arranges viewings by mail.",
                "medium",
                True,
                "standard",
                (
                    Metric("task_completion", 0.9, 0.01, "ratio", "below", 0.8, 0.83, "More tasks are left unfinished"),
                    LATENCY,
                ),
            ),
        ),
        months=2,
    ),
)
OTHER_EPISODES = (
    Episode(
        12,
        10,
        "Viewing scheduler",
        "Viewings are offered on Sundays",
        "medium",
        60,
        400,
        resolution="Opening days are read from the calendar again.",
    ),
)
