"""Which section a heading of a report speaks of: the words that agencies use, in Chinese and English."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading of a report. `level` 1 is the broadest."""

    text: str
    level: int


#: Section: the headings that mean it. Compared without numbering, punctuation and case.
WORDS = {
    "abstract": "摘要 内容摘要 内容提要 提要 案例摘要 案例简介 项目简介 导语 abstract summary executive-summary",
    "keywords": "关键词 关键字 keywords key-words",
    "background": "背景 案例背景 项目背景 服务背景 背景介绍 背景资料 个案背景 小组背景 社区背景 背景信息 基本案情 案情 案情回顾 "
    "案情简介 基本情况 案例概况 个案概况 基本资料 案主基本情况 案主基本资料 服务对象基本情况 服务对象基本资料 接案 "
    "案例来源 个案来源 缘起 background introduction context case-background presenting-problem the-case",
    "needs_assessment": "需求评估 需求分析 预估 评估与预估 问题预估 需求预估 问题分析 需求与问题分析 问题与需求分析 案例分析 "
    "个案分析 预估分析 分析预估 案例预估 诊断 主要问题 诉求 案主诉求 服务对象诉求 原告诉讼请求 诉讼请求 申请人请求 资源分析 "
    "优势分析 needs-assessment assessment needs needs-analysis problem-analysis",
    "theory": "理论 理论依据 理论基础 理论支持 理论支撑 理论视角 理论运用 理论框架 相关理论 介入理论 介入模式 理论与方法 "
    "theory theoretical-framework theoretical-basis logic-model theory-of-change",
    "aims": "目标 服务目标 介入目标 项目目标 小组目标 目标与计划 服务计划 服务方案 介入计划 介入方案 计划 服务策略 介入策略 "
    "服务目标与策略 服务目标及策略 目标与策略 小组计划 服务设计 项目设计 方案设计 "
    "aims goals objectives aims-and-objectives plan intervention-plan service-plan",
    "process": "过程 介入过程 服务过程 实施过程 工作过程 介入与实施 服务实施 服务计划实施过程 服务介入 介入 项目实施 实施情况 "
    "服务内容 服务开展 服务开展过程 具体做法 主要做法 做法 服务过程与方法 小组过程 案例过程 服务推进 实施步骤 "
    "process intervention implementation what-we-did activities method methods",
    "outcomes": "成效 服务成效 成效评估 介入成效 项目成效 评估 结果评估 过程评估 总结评估 评估与结案 结案与评估 结案 结案评估 "
    "服务评估 效果评估 效果 服务效果 工作成效 取得成效 案例成效 成果 裁判结果 处理结果 判决结果 裁判要旨 "
    "outcomes outcome results evaluation impact evidence outcomes-and-evidence",
    "reflection": "反思 专业反思 总结与反思 总结反思 反思与总结 案例反思 个案反思 服务反思 经验与反思 反思与建议 总结 经验总结 "
    "专业总结 启示 案例启示 经验与启示 典型意义 意义 法官解读 适用解析 专家点评 督导点评 点评 结语 讨论 "
    "reflection reflections discussion conclusion lessons lessons-learned what-we-learned comment",
    "what_did_not_work": "不足 不足之处 存在不足 不足与改进 不足与教训 教训 局限 局限与不足 困难与挑战 困难 挑战 存在的问题 存在问题 "
    "问题与不足 遇到的困难 limitations what-did-not-work challenges difficulties shortcomings",
    "transferability": "推广 推广价值 推广条件 推广建议 可推广性 复制推广 推广与复制 可复制性 推广应用 经验推广 建议 对策建议 "
    "transferability conditions-for-transfer replication recommendations scaling-up",
    "further_text": "其他内容 参考文献 附录 附件 致谢 references appendix acknowledgements further-text",
}
_FIELDS = {word.replace("-", ""): field for field, words in WORDS.items() for word in words.split()}
_CHINESE_NUMBER = "[一二三四五六七八九十百〇零]"
#: A line that numbers a part: the first kind divides a report, the second divides a part.
NUMBERED_PART = re.compile(
    rf"^(?:{_CHINESE_NUMBER}{{1,3}}\s*[、．.]|第{_CHINESE_NUMBER}{{1,3}}(?:部分|章|节)[、：:\s]*|【(?=[^】]{{1,30}}】$)|(?:chapter|part)\s+\d{{1,2}}\b)",
    re.I,
)
NUMBERED_SUBPART = re.compile(rf"^[（(]\s*{_CHINESE_NUMBER}{{1,3}}\s*[）)]")
NUMBERED_PLAINLY = re.compile(r"^\d{1,2}(?:\.\d{1,2})*\s*[、．.]?\s*(?=\D)")
_NUMBERING = re.compile(
    rf"^(?:第?{_CHINESE_NUMBER}{{1,3}}(?:部分|章|节)?\s*[、．.：:\s]|[（(]\s*(?:{_CHINESE_NUMBER}{{1,3}}|\d{{1,2}})\s*[）)]"
    rf"|\d{{1,2}}(?:\.\d{{1,2}})*\s*[、．.)）:：\s]|chapter\s+\d+|part\s+\d+)\s*",
    re.I,
)
LONGEST = 40  # characters of a line that can be a heading


def bare(heading: str) -> str:
    """The heading without numbering and brackets, as it is shown."""
    heading = heading.strip().strip("【】[]#*").strip()
    heading = _NUMBERING.sub("", heading, count=1) or heading
    return heading.strip(" 　:：【】。")


def field_of(heading: str) -> str | None:
    """The field of a case study that a heading speaks of, or None."""
    return _FIELDS.get(re.sub(r"[\W_]+", "", bare(heading)).lower())


#: What the head noun of a heading speaks of: in Chinese it comes last.
_HEADS = {
    "background": "背景 概况 缘起 由来 简介 案情",
    "needs_assessment": "需求 预估 评估与分析 问题分析 现状分析 成因 诊断",
    "theory": "理论 视角 依据 模式与理论",
    "aims": "目标 目的 计划 方案 策略 设计 思路",
    "process": "过程 实施 做法 举措 步骤 内容 介入 开展 推进 阶段",
    "outcomes": "成效 效果 成果 结果 影响 收获 变化 评估",
    "reflection": "反思 总结 启示 体会 感悟 思考",
    "what_did_not_work": "不足 局限 困难 挑战 教训 难点",
    "transferability": "推广 复制 建议 展望 条件",
    "further_text": "附录 文献 致谢 附件",
}
_HEAD_FIELDS = sorted(
    ((word, field) for field, words in _HEADS.items() for word in words.split()),
    key=lambda pair: -len(pair[0]),
)
_ENGLISH_HEADS = {
    "background": "background introduction context",
    "needs_assessment": "needs assessment problem",
    "theory": "theory theoretical",
    "aims": "aims goals objectives plan",
    "process": "process implementation intervention activities approach",
    "outcomes": "outcomes outcome results impact evaluation findings",
    "reflection": "reflection reflections lessons discussion conclusions",
    "what_did_not_work": "limitations challenges difficulties failed",
    "transferability": "transfer transferability replication scaling recommendations",
}


def guess_of(heading: str) -> str | None:
    """The field that an unknown heading probably speaks of: 本项目的实施背景 of the background. None where nothing says so."""
    words = re.sub(r"[\W_]+", " ", bare(heading)).strip()
    if re.search(r"[A-Za-z]", words):
        found = words.lower().split()
        return next(
            (field for field, heads in _ENGLISH_HEADS.items() if set(heads.split()) & set(found)), None
        )
    first = re.split(r"[与和及、\s]", words, maxsplit=1)[0]
    if not 3 <= len(first) <= 14:
        return None
    return next((field for word, field in _HEAD_FIELDS if first.endswith(word)), None)


def could_be(line: str) -> bool:
    """Whether a line is short and without the marks of a sentence."""
    return 0 < len(line) <= LONGEST and not re.search(r"[。；！？;!?，]", line.rstrip("：:"))


def looks_like(line: str) -> int | None:
    """The level of a line without a style that is a heading all the same: 1 or 2, or None for ordinary text.

    "一、背景" and "【背景】" are parts, "（一）家庭" is a part of a part, and a line that is nothing but a known
    heading ("案例背景：", "2. 案例背景") is a part.
    """
    line = line.strip()
    if not could_be(line):
        return None
    if NUMBERED_PART.match(line):
        return 1
    if NUMBERED_SUBPART.match(line):
        return 2
    if field_of(line) and (line.endswith(("：", ":")) or bare(line) == line or NUMBERED_PLAINLY.match(line)):
        return 1
    return None
