"""A small region whose plan uses every table and every kind of means; the audit's tests plant errors in it."""

RICH = {
    "settings": {
        "horizon": {"first_year": 2025, "years": 3},
        "policy": {
            "discount_rate": 0.05,
            "teacher_cost": 1e5,
            "change": {"classes_per_offering": 1, "max_open": 1},
        },
        "objective": {"money": 0.1, "moved_seat": 0.02},
        "budget": [{"kind": "recurrent", "amount": 9e6}, {"kind": "investment", "amount": 3e5}],
    },
    "tables": {
        "programs": """
            program  level      name_zh  cluster
            P        secondary  机械     C
            H        higher     机械制造  -
            R        higher     数控     -
            """,
        "clusters": """
            cluster  name_zh  students_per_specialist
            C        制造     30
            """,
        "retention": """
            level      grade  stay  repeat
            secondary  1      0.9   0.04
            secondary  2      0.95  0.02
            """,
        "destinations": """
            level      progression_outside  local_retention
            secondary  0.1                  0.8
            higher     0.05                 0.6
            """,
        "units": """
            unit  kind        name_zh
            S     school      甲校
            T     school      乙校
            U     enterprise  丙厂
            """,
        "schools": """
            school  places  teachers_general  teachers_specialist  students_per_teacher  hire_max  leave_rate
            S       260     3                 6                    20                    2         0.05
            T       400     -                 -                    -                     0         0
            """,
        "specialists": """
            school  cluster  persons
            S       C        4
            """,
        "offerings": """
            offering  school  program  track           duration  entrant_group  control  places  cost   grant fixed_cost seeks_work
            A         S       P        ordinary        2         junior         decide   -       15000  8000   200000     -
            B         T       H        second_segment  2         -              decide   40      18000  8000   0          -
            C         T       R        ordinary        2         senior         given    -       18000  8000   100000     -
            D         T       R        part_time       2         senior         decide   -       18000  0      0          0.5
            """,
        "intake_history": """
            offering  year  plan  registered
            A         2023  90    81
            A         2024  90    81
            B         2023  20    20
            B         2024  20    20
            C         2023  40    36
            C         2024  40    36
            D         2023  30    30
            D         2024  30    30
            """,
        "transfers": """
            from_offering  to_offering  grade  share
            C              D            1      0.1
            """,
        "pathways": """
            pathway  from_offering  to_offering  min_share  max_share
            AB       A              B            0.5        0.8
            """,
        "entrants": """
            origin  entrant_group  year  persons
            town    junior         2025  100
            town    senior         2025  90
            """,
        "occupations": """
            occupation  name_zh  priority
            J           钳工     1
            K           工艺员   1.5
            """,
        "crosswalk": """
            program  occupation  relevance
            P        J           1
            H        K           0.9
            R        K           0.7
            R        J           0.5
            """,
        "openings": """
            occupation  level      year  persons
            J           secondary  2025  20
            J           secondary  2026  60
            K           higher     2025  40
            J           secondary  2030  70
            K           higher     2030  90
            """,
        "external_supply": """
            occupation  level   persons
            K           higher  5
            """,
        "needs": """
            program  kind   hours
            P        lathe  100
            """,
        "resources": """
            resource  name_zh  unit  kind   workplaces  hours
            own       校内     S     lathe  9           1400
            works     厂内     U     lathe  5           1400
            """,
        "agreements": """
            agreement  resource  school  hours_max  delivery_rate  price
            g          works     S       4000       0.8            10
            """,
        "investments": """
            investment  name_zh  adds             school  offering  amount  cost    units_max  lead  life  lump
            seats       工位     offering_places  T       B         20      200000  2          1     3     false
            """,
    },
}
