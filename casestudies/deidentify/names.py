"""Likely personal names. Always doubtful: a name is decided by people.

A Chinese name has no mark of its own, so it needs a reason: a cue before it (案主, 名叫, 儿子), a title or age after it
(先生, 女士, （男，35岁）), a place as the subject of a sentence, or that the same name was found elsewhere in the case.
Masked names (李某, 张某某, 王女士, 小王, 案主A, 小明（化名）) give nobody away and are left alone.
"""

import re
from collections.abc import Iterable, Iterator

from casestudies.deidentify import surnames
from casestudies.deidentify.finding import Finding, Kind

ONE = "".join(sorted(surnames.SURNAMES))
ANY = "".join(sorted(surnames.SURNAMES | surnames.WORDLIKE))
GIVEN = "".join(sorted(surnames.GIVEN))
#: Cues after which a name is expected, whatever its characters.
STRONG = (
    "名字叫做?|名叫|名为|叫做|姓名(?:为|是)?|本名|真名|原名|全名|他叫|她叫|我叫|叫(?=[一-鿿]{2,4}[，。、（])|案主|服务对象|求助者|受助者|受助人|来访者|当事人|申请人|被访者|受访者|访谈对象|组员|成员|学员|"
    "营员|患者|病人|监护人|求助人|法定代理人|死者|伤者|受害人|经办人|联系人|负责人|陪护人|照顾者|受访人"
)
#: Words for people, after which a name may stand.
PEOPLE = (
    "妻子|丈夫|儿子|女儿|母亲|父亲|妈妈|爸爸|哥哥|姐姐|弟弟|妹妹|爷爷|奶奶|外婆|外公|姑姑|舅舅|叔叔|婶婶|伯父|继父|继母|养父|孙子|孙女|外孙女?|侄子|侄女|长子|次子|长女|次女|大儿子|小儿子|大女儿|小女儿|前夫|前妻|男友|女友|"
    "班主任|房东|老板|工头|包工头|厂长|店长|邻居|老乡|同乡|工友|同事|同学|好友|朋友|室友|队长|组长|班长|骑手|司机|保安|女工|男工|农民工|居民|租户|租客|孩子|学生|儿童|男孩|女孩|少年|青年|老人|社工|志愿者|督导|医生|护士|律师|老师|其子|其女|其妻|其夫|其母|其父|家长|女士|同伴|表哥|表姐|表弟|表妹|堂哥|堂弟|大嫂|嫂子"
)
TITLES = "先生|女士|小姐|太太|夫人|阿姨|叔叔|大叔|大哥|大姐|大爷|大妈|大娘|大嫂|奶奶|爷爷|婆婆|师傅|老师|医生|护士|律师|同学|同志|小朋友|老人|姐姐?|哥哥?|嫂|伯|婶|叔|姨|社工|督导|主任|书记|队长|班长|校长|经理|厂长|警官"
AGE = r"\s?[（(，,、]\s?(?:男|女|现年|今年|时年|年仅|\d{1,3}\s?周?岁|[一二三四五六七八九十]{1,3}岁|\d{4}年)"
VERBS = (
    "说|告诉|表示|认为|觉得|来到|来自|回忆|哭|笑|的(?:丈夫|妻子|母亲|父亲|儿子|女儿|孩子|情绪|家|妈|爸|父母|丈|婚|工|病|手|眼|情况|问题|故事|态度|变化|状态|名字|成绩|老家)|因|于|是|在|从|今年|一家|第一次|没有|不|开始|主动|找到|向|把|被|和|与|已|曾|也|就|常|每|"
    "经|进|住|患|想|跟|对|有|家|夫妇|夫妻|本人|自述|自称|反映|提出|担心|希望|愿意|拒绝|同意|接受|参加|加入|离开|回到|搬|打|做|当|能|会|还|又|才|到|突然|终于|后来|以前|原来|受伤|辞职|失业|怀孕|离婚|结婚|考上|出生|即|则|却|便|仍|只|总|最|很|非常|特别|时|后|前|为|让|给|带|等|及|以|最终|逐渐|慢慢|坐|站|拿|看|听|问|答|讲|写|读|听完|低头|帮|要|了|她|他|拉|送|陪|抱|背|靠|抬|点头|系|负责|收到|申请|报名|搬走|发|学"
)
END = rf"(?=$|[^一-鿿]|{TITLES}|{VERBS}|的|了|（|一|两|三|年|以|所|如|身|性|独|平|由|目|现|自|之|这|那|她|他|我|第|都|更|刚|正|再|起|去|来|上|下|出|过|着)"
ENDS = re.compile(END)
CHINESE = rf"(?:(?:{surnames.DOUBLE})[一-鿿]{{1,2}}|[{ANY}][一-鿿]{{1,2}})"
LINK = r"(?:有|包括|分别是|[\s:：，、“\"「'《]|是|为|叫|名叫|名字叫|姓名|之一|（|\()?\s?"

CUED = re.compile(rf"(?:{STRONG}){LINK}(?P<name>{CHINESE})")
RELATED = re.compile(
    rf"(?:{PEOPLE})(?:[:： “\"]|叫|是|名叫)?(?P<name>(?:{surnames.DOUBLE})[一-鿿]{{1,2}}|[{ONE}][{GIVEN}]{{1,2}}|[{ANY}][{GIVEN}]{{2}})"
)
TITLED = re.compile(
    rf"(?P<name>(?:{surnames.DOUBLE})[{GIVEN}]{{1,2}}|[{ONE}][{GIVEN}]{{1,2}}|[{ANY}][{GIVEN}]{{2}})(?={TITLES})"
)
AGED = re.compile(rf"(?:^|[^一-鿿]|{STRONG}|{PEOPLE})(?P<name>{CHINESE})(?={AGE})")
SUBJECT = re.compile(
    rf"(?:^|[。！？；，、：:,;\n“”\"「」（）() ]|(?:当|而|但|因为|由于|陪|陪同|找|问|看望|鼓励|协助|帮助|带着|带|联系|邀请|劝|安慰|让|请|对|向|跟|给|与|和|为|由|是|以|把|被|发现|得知|得知到|了解到))"
    rf"(?P<name>(?:{surnames.DOUBLE})[{GIVEN}]{{1,2}}|[{ONE}][{GIVEN}]{{2}})(?={VERBS}|[，。、；：:（）()”？！,\n]|$)"
)
LISTED = re.compile(
    rf"(?:[、，]|和|与|及|跟)(?P<name>(?:{surnames.DOUBLE})[{GIVEN}]{{1,2}}|[{ANY}][{GIVEN}]{{1,2}}){END}"
)
NICKNAME = re.compile(
    rf"(?:(?<![一-鿿])|(?<=[的他她我们叫喊和与跟对向是让给找问说]))(?P<name>[小阿][{GIVEN}]{{1,2}}?)(?={VERBS}|[^一-鿿]|的|$)|(?:{PEOPLE}|{STRONG}|叫|喊)(?P<name2>[小阿][{GIVEN}]{{1,2}}?){END}"
)
NOT_NICK = re.compile(
    r"小(?:小|学|时|组|区|孩|型|额|心|朋友|说|伙|贝|新|生|镇|康|家|事|结|城|初|农|山|河|江|花|草|石|树|星|虎|龙|队|班|店|厂|车|路|道|雪|雨|寒|暑|满|西|东|南|北|人|众|高|大|少|卖|吃|有|可|本|弟|妹|哥|姐|言|步|年|伟|白|天地|巷|园|木|苗|将|兵|男|女|之|能|能手|金|银|名|春|秋|广|微|百|千|业|长|果|铁|伙伴|助|智|度|手|爱|视|志愿)|阿(?:姨|婆|伯|爸|妈|公|爷|弟|妹|哥|姐|里|富|胶|林|尔|拉)"
)
MASK = re.compile(r"某|×|[A-Za-zＡ-Ｚ]|\*|○")
USUAL_MASK = re.compile(rf"[小老][{ANY}](?![一-鿿]?[组区学时孩])|[{ANY}]某")
DECLARED = re.compile(
    r"(?P<name>[一-鿿·]{2,4})(?:（|\()(?:以下|下文|均|皆|都|系|为|是|，|女|男|儿子|女儿|、|此处|\d{1,2}岁|全部){0,4}(?:化名|假名|代称)|化名(?:为|叫|是|：|:)?[“\"「]?(?P<name2>[一-鿿·]{2,4})"
)
ALL_PSEUDONYMS = re.compile(
    r"(?:姓名|人名|人物|名字|称呼|对象|组员|案主|当事人|者|文中|本文|以上|以下)[^。\n]{0,12}(?:均|都|皆|全部|一律)(?:为|是|用|使用|采用|系|已用|作)?[^。\n]{0,3}(?:化名|假名|匿名)|all names (?:are|have been)|names have been (?:changed|altered)|pseudonyms are used|names are pseudonyms",
    re.I,
)
CITED_AFTER = re.compile(
    r"\s?(?:等人?)?\s?[（(\[]\s?(?:19|20)\d{2}|(?:教授|博士|学者|主编|译|著|编著|等著|理论|学派|主席|总理|总书记|市长|省长|部长|精神|事件|定律)|》"
)
CITED_BEFORE = re.compile(
    r"(?:学者|教授|参见|参考文献|引自|作者|著名|心理学家|社会学家|教育家|人类学家|哲学家|作家|诗人|英雄|\[\d+\]\s?|《)[^。\n]{0,3}$"
)

WORDS = (
    "马上 马路 周末 周边 周围 周期 周年 周一 周二 周三 周四 周五 周六 周日 高中 高校 方面 方式 方向 方法 于是 时间 金额 水平 成员 成长 成功 平安 平台 平时 平均 安全 安心 安排 康复 常常 常见 常年 任务 任何 万元 文化 文明 文字 白天 白领 "
    "关系 关心 关爱 黄金 黄色 马克 国家 全家 全国 全部 程度 程序 计划 管理 单位 单亲 单元 单独 明天 明显 明白 阳光 华人 车间 石头 石材 石家庄 叶子 花钱 花园 花费 花了 钱款 毛病 毛巾 林业 温暖 温和 温馨 温度 任职 申请 严重 严格 施工 施行 项目 田里 夏天 夏令营 "
    "万人 段时间 易地 易怒 史料 武术 雷雨 龙岗 莫名 季节 季度 牛奶 何时 何种 何况 宁愿 江苏 江西 贵州 湖南 广西 汤圆 宋体 唐山 温州 苏州 徐州 杭州 郑州 兰州 杜绝 沈阳 贺卡 向导 熊猫 龙华 龙舟 龙头 陆续 陆路 谢谢 连续 包括 包容 应该 应对 经常 经济 经历 "
    "苗头 苗族 祝福 祝贺 池塘 祖国 祖父 祖母 祖辈 石岩 庞大 翁婿 易感 常住 常德 常州 万能 文书 文件 文本 文体 史册 武汉 钱财 白石 白云 兰花 林场 毛衣 曾经 乔迁 隆重 甘愿 农历 农村 农民 农业 农忙 蓝天 蓝领 尚未 尚且 舒服 舒心 夏季 范围 石子 任意 任教 钟头 陶瓷 陶艺 麦子 伍佰 齐心 温情 季风 伟大 曹操 国庆 国学 国有 文学 文艺 金融 金银 海南 海外 "
    "平常 平等 平凡 平静 平和 时常 时光 时代 路上 路途 路边 和平 和谐 安定 安静 明确 高峰 高考 高兴 成立 成年 成为 成人 成绩 成果 成本 华东 华南 向阳 向上 水电 章程 古城 乐观 乐园 乐群 阳台 阳江 宁波 宁夏 游玩 游园 严肃 严明 卓越 凌晨 凌云 晋升 晋江 莫大 申诉 申报 温饱 易懂 钱包 "
    "石油 花样 花生 花朵 孙子 孙女 孙辈 胡同 胡乱 何以 何必 张贴 张开 张罗 罗列 董事 苏醒 叶片 严厉 尹始 蒙古 蒙受 贾汪 顾虑 毛线 林立 马虎 马甲 田地 田野 丁点 钟点 段落 龙门 龙江 万一 万千 万分 常务 常识 常规 常用 常态 文盲 文凭 文静 白发 白班 白酒 白血 史实 曾在 曾有 曾任 易于 易燃 甘肃 黎明 雷同 武力 段位 兰考 宋代 唐诗 尚有 尚可 聂耳 黄昏 黄河 黄埔 黄岩 黄石 莫非"
).split()
NOT_A_NAME = re.compile("^(?:" + "|".join(sorted(set(WORDS), key=len, reverse=True)) + ")")

EN_NAME = r"[A-Z][a-z]+(?:[- ][A-Z][a-z]+){0,2}"
EN_TITLED = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Madam|Auntie|Uncle|Aunt|Dr)\.?\s(?P<name>{EN_NAME})\b")
EN_CUED = re.compile(
    rf"\b(?:named|called|name is|name was|name:|client|service user|participant|caseworker|mother|father|wife|husband|son|daughter|sister|brother|neighbour|neighbor|landlord|landlady|boss|foreman|classmate|teacher|nickname(?:d)?),?\s(?P<name>{EN_NAME})\b"
)
SYLLABLE = r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ui|uo|ue|a|o|e|i|u|v|ü)"
PINYIN = re.compile(
    rf"\b(?P<name>(?:{surnames.PINYIN_SURNAMES})\s(?=[A-Z])(?i:{SYLLABLE}(?:[-']?{SYLLABLE})?)(?![a-z]))(?!\s(?:Road|Street|District|County|City|Province|Village|Town|River|Lake|Avenue|Centre|Center|Association|University|Company|Factory|Lu\b))"
)
EN_PLACES = re.compile(
    r"^(?:Li River|He Nan|Fu Jian|Jiang Su|Jiang Xi|An Hui|Su Zhou|Hu Bei|Hu Nan|Yu Nan|Wu Han|Xi An|Dong Guan|Shan Xi|The\b|Ms|Mr|She|He\b(?!\s)|A\b|In\b|At\b|On\b|It\b|And\b|But\b|From\b|Chinese|Social|Centre|Center|Group|Service|Community|Satisfaction|Carl Rogers|Rogers|Maslow|Bandura|Erikson|Bowlby|Freud|Piaget|Bronfenbrenner|Satir|Vygotsky|Goffman|Mary Richmond)"
)
NEVER_EN = frozenset("A An The In On At It He She They We Her His Code Case".split())


def is_chinese_name(name: str) -> bool:
    """Whether these characters can be a name: no mask, no grammar, no everyday word, nobody famous."""
    head = 2 if name[:2] in surnames.DOUBLE.split("|") else 1
    given = name[head:]
    return (
        bool(given)
        and given not in surnames.NO_GIVEN
        and not MASK.search(name)
        and not any(c in surnames.GRAMMAR for c in given)
        and name not in surnames.WELL_KNOWN
        and not NOT_A_NAME.match(name)
    )


def trimmed(text: str, start: int, end: int, *, is_strong: bool) -> int:
    """Where a name that may be one or two given characters long ends; `start` where it is none."""
    head = 2 if text[start : start + 2] in surnames.DOUBLE.split("|") else 1
    for length in (2, 1):
        stop = start + head + length
        if stop > end:
            continue
        given, following = text[start + head : stop], text[stop : stop + 2]
        if not is_chinese_name(text[start:stop]):
            continue
        is_usual = all(c in surnames.GIVEN for c in given)
        ends_here = ENDS.match(following) is not None
        if (
            (is_usual and ends_here)
            or (is_strong and ends_here and length == 2)
            or (is_usual and length == 2 and is_strong)
        ):
            return stop
    return start


def names(text: str, known: Iterable[str] = ()) -> Iterator[Finding]:
    """Likely names in a text, with every further place where a name stands that was found once."""
    text_known = set(known)
    if ALL_PSEUDONYMS.search(text):
        return
    masked = {m["name"] or m["name2"] for m in DECLARED.finditer(text)}
    found: dict[str, str] = {}

    def take(start: int, end: int, why: str) -> None:
        name = text[start:end]
        if (
            any(word.endswith(name) or word.startswith(name) or name.startswith(word) for word in masked)
            or name in text_known
        ):
            return
        if is_cited(text, start, end):
            return
        found.setdefault(name, why)

    for pattern, why in (
        (CUED, "name_cue"),
        (AGED, "name_age"),
        (RELATED, "name_people"),
        (TITLED, "name_title"),
        (SUBJECT, "name_subject"),
    ):
        for match in pattern.finditer(text):
            start, end = match.span("name")
            if pattern is TITLED:
                start, end = titled(text, start, end)
            elif pattern is AGED:
                end = end if is_chinese_name(text[start:end]) else start
            else:
                end = trimmed(
                    text,
                    start,
                    end,
                    is_strong=pattern in (CUED, RELATED) and text[start] in surnames.SURNAMES,
                )
            if end > start and is_chinese_name(text[start:end]):
                take(start, end, why)
    uses_masks = len({m[0] for m in USUAL_MASK.finditer(text)}) >= 2
    for match in NICKNAME.finditer(text):
        start, end = match.span("name") if match["name"] else match.span("name2")
        if uses_masks and text[start] == "小" and end - start == 2:
            continue  # where people are 小胡 and 李某, 小凡 is a mask too
        if not NOT_NICK.match(text[start : end + 1]) and not is_only_surname(text[start + 1 : end]):
            take(start, end, "name_nick")
    yield from everywhere(text, found, text_known | masked)
    yield from english(text, text_known)


def titled(text: str, start: int, end: int) -> tuple[int, int]:
    """The name before a title, or nothing where only a surname stands before it (王女士)."""
    name = text[start:end]
    if name[:2] in surnames.DOUBLE.split("|"):
        return (start, end)
    last = name[-1]
    if last in "大老小阿" and text[end] in "姐哥爷妈娘嫂叔伯婶姨":
        return (start, start)
    if last in surnames.SURNAMES and last not in surnames.GIVEN:
        return (start, start)
    if len(name) == 2 and last in surnames.SURNAMES and start and "一" <= text[start - 1] <= "鿿":
        return (start, start)
    return (start, end)


def is_only_surname(words: str) -> bool:
    return len(words) == 1 and words in surnames.SURNAMES | surnames.WORDLIKE


def is_cited(text: str, start: int, end: int) -> bool:
    """Whether the name is that of an author, a thinker or a public figure."""
    return bool(CITED_AFTER.match(text, end) or CITED_BEFORE.search(text, max(0, start - 12), start))


def everywhere(text: str, found: dict[str, str], never: set[str]) -> Iterator[Finding]:
    """Each place where one of these names stands, and names listed beside one (张建国、李秀英和王强)."""
    queue = list(found)
    while queue:
        name = queue.pop()
        for match in re.finditer(re.escape(name), text):
            beside = LISTED.match(text, match.end())
            if beside:
                start = beside.start("name")
                end = trimmed(text, start, beside.end("name"), is_strong=True)
                other = text[start:end]
                if other and other not in found and other not in never and not is_cited(text, start, end):
                    found[other] = "name_list"
                    queue.append(other)
    for name, why in found.items():
        for match in re.finditer(re.escape(name), text):
            yield Finding(Kind.NAME, *match.span(), "", False, why)


def english(text: str, known: set[str]) -> Iterator[Finding]:
    """Names in English text: after a title or cue, or a Chinese name in pinyin."""
    for pattern, why in ((EN_TITLED, "name_title"), (EN_CUED, "name_cue"), (PINYIN, "name_pinyin")):
        for match in pattern.finditer(text):
            name = match["name"]
            is_initial = len(name) < 2
            only_surname = pattern is EN_TITLED and re.fullmatch(surnames.PINYIN_SURNAMES, name)
            if is_initial or only_surname or EN_PLACES.match(name) or name in NEVER_EN or name in known:
                continue
            if re.match(
                r",?\s?\(?(?:a )?pseudonym|\s?\((?:19|20)\d\d|,? (?:19|20)\d\d",
                text[match.end() : match.end() + 14],
            ):
                continue
            yield Finding(Kind.NAME, *match.span("name"), "", False, why)
