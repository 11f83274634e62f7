"""The model file a bureau starts from."""

from __future__ import annotations

__all__ = ["starter_model"]

ZH = """\
# 规划模型：数据表以外的一切。带 # 的行是说明或未启用的设置，去掉 # 即启用；全部设置见 docs/settings.md。
name: {name}
title: {{zh: 本地区职业教育专业布局方案, en: Vocational programs of the region}}
region: {{zh: 本地区, en: The region}}
tables: {book}          # 同一文件夹内的工作簿，或一个装有 CSV 文件的文件夹

horizon:
  first_year: 2026      # 第一个要编制计划的秋季
  years: 10             # 编制几年

# budget:               # 经费，单位元；不写即不限
#   - {{kind: recurrent, amount: 500000000}}               # 每年经常性经费
#   - {{kind: investment, amount: 40000000, year: 2026}}   # 某一年的投资

# totals:               # 计划总数
#   - {{name: {{zh: 中职总规模, en: Secondary places}}, level: secondary, least: 3000, greatest: 3400}}

# policy:
#   discount_rate: 0.03
#   change: {{classes_per_offering: 2, max_open: 5, max_close: 5}}

# rules:                # rules 文件夹中的规则包
#   - {{pack: fujian_2023, on: true}}

# labels:               # 区县、生源地、招生对象等代码的中英文名称
#   junior_high: {{zh: 初中毕业生, en: Junior-high leavers}}
"""

EN = """\
# The planning model: everything that is not a table. Lines with # are remarks, or settings that are not in use;
# take the # away to use them. docs/settings.md lists all settings.
name: {name}
title: {{zh: 本地区职业教育专业布局方案, en: Vocational programs of the region}}
region: {{zh: 本地区, en: The region}}
tables: {book}          # a workbook beside this file, or a folder of CSV files

horizon:
  first_year: 2026      # the first autumn to be planned
  years: 10             # years to be planned

# budget:               # money in CNY; what is not given is not limited
#   - {{kind: recurrent, amount: 500000000}}               # every year
#   - {{kind: investment, amount: 40000000, year: 2026}}   # one year

# totals:               # sums of plan numbers
#   - {{name: {{zh: 中职总规模, en: Secondary places}}, level: secondary, least: 3000, greatest: 3400}}

# policy:
#   discount_rate: 0.03
#   change: {{classes_per_offering: 2, max_open: 5, max_close: 5}}

# rules:                # packs of the folder rules
#   - {{pack: fujian_2023, on: true}}

# labels:               # words for districts, origins, entrant groups
#   junior_high: {{zh: 初中毕业生, en: Junior-high leavers}}
"""


def starter_model(name: str, book: str, lang: str) -> str:
    """The text of a first model file, its comments in one language."""
    return (ZH if lang == "zh" else EN).format(name=name, book=book)
