"""Where somebody lives, learns and works: addresses below the street, school with class, employers, birth dates."""

import re
from collections.abc import Iterator

from casestudies.deidentify.finding import Finding, Kind

N = r"[0-9一二三四五六七八九十百零〇]{1,6}(?:-[0-9]{1,4}){0,3}"
UNIT = rf"(?:[甲乙丙丁]?{N}\s?(?:号楼|号院|号|弄|栋|幢|座|单元|楼|室|房|层|门|支弄|巷|排)|[A-Za-z][0-9]{{0,3}}\s?(?:栋|幢|座|区|单元|室|房)|之[一二三四五六七八九十0-9]|附{N}号)"
STREET = r"(?:大道|大街|马路|路|街|巷|弄|胡同|里|道|坊|新村|村|屯|寨|庄|小区|花园|家园|花苑|公寓|大厦|苑|园|城|社区|围|塘|埔|宿舍|工业区)"
ADDRESS = re.compile(
    rf"(?P<lead>[一-鿿]{{1,24}}?)(?P<street>{STREET})\s?(?:[东西南北中]段?|[一二三四五六七八九十0-9]{{1,2}}段|[一二三四五六七八九十0-9]{{1,2}}(?:路|巷|街|横巷|坊|期|区))?[\s,，（(]{{0,2}}"
    rf"(?P<unit>{UNIT}(?:[\s,，]?{UNIT})*(?:\s?\d{{3,4}}(?!\d|年|元|人|名))?)(?!线|公路|国道|文|令|码头|院线|[人元年月日次个期周])"
)
UNITS_ALONE = re.compile(
    rf"(?<![0-9A-Za-z]){N}\s?(?:号楼|栋|幢|座|号)\s?(?:{N}\s?单元\s?)?{N}\s?(?:室|房|号房|(?=[，。,\s）)；]))|(?<![0-9A-Za-z]){N}\s?(?:栋|幢|号楼)\s?{N}\s?单元(?:\s?{N}(?:室|房|号)?)?"
)
GROUP = re.compile(
    r"(?P<lead>[一-鿿]{1,16}?)(?P<village>村|屯|寨|大队)(?:委会)?\s?(?P<unit>(?:第)?[0-9一二三四五六七八九十]{1,3}\s?(?:组|社|队|村民小组))(?![织会长员工建成里内])"
)
EN_ADDRESS = re.compile(
    r"(?:(?:Room|Flat|Unit|Apt\.?|Apartment|Building|Block|House)\s(?:No\.\s?)?[A-Z]?\d{1,5}[A-Z]?,?\s)*"
    r"(?:No\.?\s?)?\d{1,5}[A-Z]?,?\s(?:[A-Z][A-Za-z']+\s){1,3}(?:Road|Street|Avenue|Lane|Alley|Rd|St|Ave|Village)\b\.?"
    r"|(?:Room|Flat|Unit|Apartment)\s\d{1,5}[A-Z]?,\s(?:Building|Block|Tower)\s[A-Z]?\d{0,3}\b"
)
#: Before these a street's name begins.
BEGINS = re.compile(
    r".*(?:入职于?|就职于|任职于|供职于|受雇于|应聘到|进了|进入|加入|居住在|居住于|租住在|租住于|住在|搬到|搬至|搬进|搬去|住到|位于|坐落于|地址是|地址为|家住|现住|租住|暂住|居住|来到|去到|送到|回到|赶到|到达|走访了?|家访了?|户籍地|在|于|到|至|从|往|住|是|为|的|了|和|与|及|去|由|找到|去过|上门)"
)
MASKED = re.compile(r"某|×|XX|xx|\*|＊|○○|Ｘ")
NO_STREET = re.compile(
    r"(?:^|[一-鿿])(?:公路|铁路|道路|线路|思路|出路|半路|一路|网络|套路|门路|后路|走路|问路|迷路|马路上|上街|逛街|农村|进村|全村|同村|本村|该村|邻村|几个村|哪里|那里|这里|家里|手里|城里|屋里|厂里|心里|知道|报道|渠道|街道|一道|味道|隧道|幼儿园|公园|校园|家园里|新城|进城|县城|返城)$"
)
GENERIC_PLACE = {
    "城中",
    "同",
    "本",
    "这个",
    "那个",
    "这",
    "那",
    "一个",
    "一条",
    "某",
    "老家",
    "进",
    "出",
    "全",
    "农",
    "该",
    "邻",
    "各",
    "每",
    "两个",
}

SCHOOL = r"(?:实验小学|中心小学|小学|初级中学|高级中学|中学|学校|幼儿园|职业高中|职高|职校|技校|附中|附小|高中|初中|[一二三四五六七八九十]中|[一二三四五六七八九十]小)"
CLASS = r"(?:(?:小学|初中|高中)?(?:[一二三四五六七八九0-9]年级|[初高][一二三]|[一二三四五六七八九0-9](?=[（(])|[小中大]|20\d\d级)\s?[（(]?[0-9一二三四五六七八九十]{1,2}[）)]?\s?班|[七八九]\s?[（(]?[0-9]{1,2}[）)]?\s?班)"
SCHOOL_CLASS = re.compile(
    rf"(?P<lead>[一-鿿]{{1,14}}?)(?P<school>{SCHOOL})(?:校区|分校|部)?[，,（(]?\s?(?:就读|读|上|的|在|念|目前|现)*\s?(?P<class>{CLASS})"
)
GENERIC_SCHOOL = re.compile(
    r"^(?:[一这那某该本两几]?[所间个家]|附近|当地|老家|本地|城里|镇上|村里|县里|乡下|公办|公立|民办|私立|打工子弟|民工子弟|农民工子弟|流动儿童|普通|重点|寄宿|外来务工|户籍|学区|原来|同一|合作|项目|试点|全|学|各|的|们)*$"
)
CORE = r"[一-鿿A-Za-z0-9·（）()]"
COMPANY = re.compile(
    rf"(?P<lead>{CORE}{{2,24}}?)(?P<form>(?:股份|责任)?有限公司|有限责任公司|股份公司|分公司|集团公司|集团)"
)
FACTORY = re.compile(
    r"(?<=[在进到去])(?P<lead>[一-鿿]{2,8}?)(?P<form>厂|公司|饭店|餐厅|酒店|酒楼|超市|物流园|美容院|理发店)(?=上班|打工|做工|工作|务工|干活|做[^，。]{0,4}工|当[^，。]{1,4}员)"
)
WORK = re.compile(
    r"(?:就职|任职|供职|入职|受雇|打工|上班|工作|务工|做工|干活|应聘|进厂|进了|聘用|雇主|用人单位|工作单位|老板|员工|职工|工人|普工|保安|保洁|流水线|离职|辞职|辞退|解雇|开除|欠薪|拖欠|劳动合同|works? (?:at|for)|employed)"
)
TRADES = re.compile(
    r"(?:饰品|电子|服装|制衣|鞋|玩具|五金|塑胶|塑料|首饰|家具|食品|纺织|印刷|包装|汽车|机械|模具|化工|建筑|装修|装饰|物流|快递|家政|保洁|物业|餐饮|科技|网络|贸易|商贸|劳务|派遣|人力资源|服务|制造|加工|实业|工业|发展|投资|传媒|房地产|中介|制药|水泥|砖|钢|皮具|皮革|箱包|灯饰|配件|精密|光电|石材|打磨|外卖|平台|保险|互联网|文化|搬家|代工|子|母|总|分|集团|大型|中型|小型|小|大|老|新|原|前|后|最后|下一|上一|另外|别的|不同|许多|多|几|两|三|一|二|这|那|某|该|本|各|每|家|个|间|所|的|在|去|到|到了|进|进了|从|于|为|是|与|和|同|被|由|把|对|给|向|请|附近|当地|本地|镇上|村里|工业区|开发区|园区|港资|台资|外资|民营|国有|私营|国营|私人|黑|用工|用人|招工|我们|他们|他|她|我|你|离开|找|换|做|开|回|等|有|没有|了|过|当|又|还|也|就|里|外|旁|边|企业|有|市|区|省|县|镇|地方|中国|全国|连锁|快餐|五星级|火锅|川菜|湘菜|夜班|工程|建材|建设|生产|经营|厂|店|丈夫|妻子|父亲|母亲|父母|夫妻|爱人|先|后来|曾|曾经|目前|现在)"
)

Y = r"(?:(?:18|19|20)\d{2}|[一二][九〇零○][0-9〇零○一二三四五六七八九]{2})"
MD = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
DD = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]|初[一二三四五六七八九十]|[一二三四五六七八九])"
FULL = rf"(?:{Y}\s?(?:年|[-./])\s?(?:农历|阴历|腊|冬|正)?{MD}\s?(?:月|[-./])\s?{DD}(?:日|号)?(?!\d))"
EN_MONTH = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
EN_FULL = rf"(?:{EN_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d{{2}}|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {EN_MONTH},? (?:19|20)\d{{2}}|(?:19|20)\d{{2}}-\d{{2}}-\d{{2}}|\d{{1,2}}/\d{{1,2}}/(?:19|20)\d{{2}})"
BORN_BEFORE = re.compile(
    rf"(?:出生(?:日期|年月日?|时间|于|在)?|(?<![诞产发])生于|生日(?:是|为)?|生辰|birth(?:day|date)?|born|DOB|date of birth)[^。；\n0-9一二三四五六七八九十]{{0,8}}(?P<date>{FULL}|{EN_FULL})",
    re.I,
)
BORN_AFTER = re.compile(
    rf"(?P<date>{FULL})\s?[，,（(]?\s?(?:凌晨|早上|上午|下午|晚上|傍晚)?(?:出生|生人|生(?=[，。,；于）)]))"
)
BIRTHDAY = re.compile(
    rf"(?:生日|出生)(?:是|为|在|：|:)?(?:每年|农历|阴历|阳历|的)?\s?(?P<date>(?:农历|阴历|阳历)?{MD}月{DD}(?:日|号)?)|(?P<date2>(?:农历|阴历)?{MD}月{DD}(?:日|号)?)(?:是|为)?(?:我|她|他|案主|孩子)?(?:的)?(?:生日|出生)"
)


def places(text: str, is_known=lambda words: False) -> Iterator[Finding]:
    """Addresses, school classes, employers and birth dates. `is_known` says what is public: the agencies' own names."""
    yield from addresses(text, is_known)
    for match in SCHOOL_CLASS.finditer(text):
        start = begin(text, match.start(), match.start("school"))
        lead = text[start : match.start("school")]
        if not MASKED.search(lead) and not GENERIC_SCHOOL.match(lead):
            yield Finding(Kind.SCHOOL_CLASS, start, match.end(), "", True, "school_class")
    yield from employers(text, is_known)
    for pattern, certain in ((BORN_BEFORE, True), (BORN_AFTER, True), (BIRTHDAY, False)):
        for match in pattern.finditer(text):
            group = "date" if match["date"] else "date2"
            yield Finding(Kind.BIRTH, *match.span(group), "", certain, "birth" if certain else "birthday")


def begin(text: str, start: int, end: int) -> int:
    """Where the name of a place begins: after the last word that leads to one."""
    match = BEGINS.match(text[start:end])
    return start + match.end() if match and match.end() < end - start else start


def addresses(text: str, is_known) -> Iterator[Finding]:
    for pattern, group in ((ADDRESS, "street"), (GROUP, "village")):
        for match in pattern.finditer(text):
            start = begin(text, match.start(), match.start(group))
            lead, road = text[start : match.start(group)], text[start : match.end(group)]
            if not lead or MASKED.search(lead[-3:]) or lead in GENERIC_PLACE or NO_STREET.search(road):
                continue
            end = len(text[: match.end()].rstrip(" ,，"))
            if not is_known(text[start:end]):
                yield Finding(Kind.ADDRESS, start, end, "", True, "address")
    for match in UNITS_ALONE.finditer(text):
        if not MASKED.search(text[max(0, match.start() - 6) : match.start()]):
            yield Finding(Kind.ADDRESS, match.start(), match.end(), "", True, "address")
    for match in EN_ADDRESS.finditer(text):
        if not is_known(match[0]):
            yield Finding(Kind.ADDRESS, match.start(), match.end(), "", True, "address")


def employers(text: str, is_known) -> Iterator[Finding]:
    for pattern in (COMPANY, FACTORY):
        for match in pattern.finditer(text):
            start = begin(text, match.start(), match.start("form"))
            lead = text[start : match.start("form")]
            rest = TRADES.sub("", lead)
            if MASKED.search(lead) or len(rest) < 2 or is_known(text[start : match.end()]):
                continue
            near = text[max(0, match.start() - 12) : start] + text[match.end() : match.end() + 14]
            if WORK.search(near):
                yield Finding(Kind.EMPLOYER, start, match.end(), "", pattern is COMPANY, "employer")
