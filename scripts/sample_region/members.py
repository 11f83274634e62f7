"""Members of the group. Every name is invented; only the kinds of member and the districts are real."""

from __future__ import annotations

__all__ = ["SCHOOLS", "units"]

FICTITIOUS = ("（虚构）", " (fictitious)")

# code, zh, en, kind, ownership, district
MEMBERS = [
    ("S01", "滨城第一装备制造职业学校", "Bincheng No. 1 Equipment Vocational School", "school", "public", "core"),
    ("S02", "北屏机电职业学校", "Beiping Ridge Electromechanical Vocational School", "school", "public", "core"),
    ("S03", "星洋数控技术学校", "Xingyang Numerical Control School", "school", "public", "jinpu"),
    ("S04", "蓝湾船舶职业学校", "Blue Bay Maritime Vocational School", "school", "public", "lushun"),
    ("S05", "金岬汽车职业学校", "Golden Cape Motor Vocational School", "school", "public", "jinpu"),
    ("S06", "碧溪工业职业学校", "Bixi Industrial Vocational School", "school", "public", "zhuanghe"),
    ("S07", "望岭职业教育中心", "Wangling Vocational Education Centre", "school", "public", "wafangdian"),
    ("H01", "滨城装备制造职业学院", "Bincheng Equipment Manufacturing College", "school", "public", "jinpu"),
    ("H02", "北屏工业职业学院", "Beiping Ridge Industrial College", "school", "public", "core"),
    ("H03", "蓝湾海事装备职业学院", "Blue Bay Marine Equipment College", "school", "public", "lushun"),
    ("H04", "启帆科技职业学院", "Qifan College of Technology", "school", "private", "jinpu"),
    ("U01", "滨城理工学院", "Bincheng Institute of Science and Engineering", "school", "public", "core"),
    ("U02", "北屏应用技术学院", "Beiping Ridge Institute of Applied Technology", "school", "public", "jinpu"),
    ("U03", "滨城装备职业技术大学", "Bincheng Vocational University of Equipment", "school", "public", "jinpu"),
    ("T01", "滨城机械技师学院", "Bincheng Machinery Technician College", "school", "public", "core"),
    ("E01", "辽屿重型机床集团", "Liaoyu Heavy Machine Tool Group", "enterprise", "mixed", "jinpu"),
    ("E02", "蓝湾造船集团", "Blue Bay Shipbuilding Group", "enterprise", "mixed", "lushun"),
    ("E03", "望岭轴承集团", "Wangling Bearing Group", "enterprise", "mixed", "wafangdian"),
    ("E04", "北屏机车车辆公司", "Beiping Ridge Rolling Stock Company", "enterprise", "public", "core"),
    ("E05", "金岬汽车制造公司", "Golden Cape Motor Company", "enterprise", "private", "jinpu"),
    ("E06", "星洋智能机器人公司", "Xingyang Robotics Company", "enterprise", "private", "core"),
    ("E07", "启帆动力电池公司", "Qifan Power Battery Company", "enterprise", "private", "jinpu"),
    ("E08", "碧溪泵阀公司", "Bixi Pump and Valve Company", "enterprise", "private", "zhuanghe"),
    ("A01", "滨城装备制造行业协会", "Bincheng Equipment Industry Association", "association", "mixed", "core"),
    ("A02", "滨城船舶工业行业协会", "Bincheng Shipbuilding Industry Association", "association", "mixed", "core"),
]

# schools the plan decides or proposes (the technician college T01 is excluded by name)
SCHOOLS = [code for code, *_ in MEMBERS if code[0] in "SHU"]


def units() -> list[dict[str, object]]:
    """Rows of the units table."""
    return [
        {
            "unit": code,
            "name_zh": zh + FICTITIOUS[0],
            "name_en": en + FICTITIOUS[1],
            "kind": kind,
            "ownership": ownership,
            "district": district,
        }
        for code, zh, en, kind, ownership, district in MEMBERS
    ]
