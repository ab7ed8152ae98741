"""What leads to a person by its shape or its cue word: accounts, e-mail, number plates, passports and permits."""

import re
from collections.abc import Iterator

from casestudies.deidentify.finding import Finding, Kind

LINK = r"(?:[号码IDid]{0,2}|账号|帐号|名|昵称)[\s:（(“\"'是为,，\-加]{0,5}"
WECHAT = re.compile(
    rf"(?:微\s*信|威信|薇信|微❤|[vV]\s*信|wechat|weixin|(?<![A-Za-z])(?:wx|vx)(?![A-Za-z])|(?<![A-Za-z])wx(?=\s*号)|(?:加|＋|\+)\s*[vV](?![A-Za-z])|(?<![A-Za-z])[vV](?=\s*[:号])|绿泡泡)"
    rf"\s*{LINK}(?P<id>(?:[A-Za-z][-_A-Za-z0-9]{{5,19}}|[1-9]\d{{5,10}}))(?![A-Za-z0-9])",
    re.I,
)
QQ = re.compile(
    rf"(?:(?<![A-Za-z])QQ(?P<group>群)?|扣扣|扣号|企鹅号|球球|(?<![A-Za-z])Q(?=号|\s*:))\s*{LINK}(?P<id>[1-9](?:[ \-]?\d){{4,10}})(?!\d)",
    re.I,
)
WORDS_AFTER_WECHAT = {"wechat", "weixin", "groups", "official", "mini", "account", "public", "program"}
OTHER_ACCOUNT = re.compile(
    r"(?:抖音|快手|微博|小红书|支付宝|陌陌)(?:号|账号|帐号|ID)\s*[:是为]?\s*(?P<id>[A-Za-z0-9][-_.A-Za-z0-9]{4,29})",
    re.I,
)
EMAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}\s?(?:@|\(at\)|\[at\]|#at#)\s?[A-Za-z0-9][A-Za-z0-9\-]{0,62}(?:\.[A-Za-z0-9\-]{1,63}){0,4}\.[A-Za-z]{2,12}(?![A-Za-z0-9])",
    re.I,
)
PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[A-HJ-NP-Z]\s?[·\-. ]?\s?"
    r"(?P<tail>[A-HJ-NP-Z0-9]{4}[挂学警港澳]|[A-HJ-NP-Z0-9]{5,6})(?![A-Za-z0-9])",
    re.I,
)
PERMIT_CUE = re.compile(
    r"(?P<cue>护照|通行证|回乡证|台胞证|台湾居民来往|港澳居民|居住证|签证|永居证|军官证|士兵证|passport|travel permit|permit)"
    r"[^，。；;\n]{0,10}?(?<![A-Za-z0-9])(?P<id>[A-Z]{1,2}[ ]?\d{6,10}(?:\(\d{1,2}\))?|\d{8,10}(?:\([A-Z0-9]\))?)(?![A-Za-z0-9])",
    re.I,
)
PERMIT_SHAPE = re.compile(
    r"(?<![A-Za-z0-9])(?:E\d{8}|E[A-HJ-NP-Z]\d{7}|G\d{8}|[HM]\d{8}(?:\d{2})?)(?![A-Za-z0-9.\-])"
)
NOT_A_PERMIT = re.compile(
    r"(?:编号|订单|型号|单号|批次|票号|发票|代码|货号|文号|order|model|batch|item)[^，。；\n]{0,6}$", re.I
)
HONG_KONG = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,2})(\d{6})\s?\(([0-9A])\)")
TAIWAN = re.compile(r"(?<![A-Za-z0-9])([A-Z])([1289]\d{8})(?![A-Za-z0-9])")
RECORD = re.compile(
    r"(?:学号|学籍号|住院号|病历号|病案号|门诊号|就诊卡号|准考证号|工号|残疾证号|低保证号|社保号|社保卡号|医保卡号|医保号|驾驶证号)\s*(?:码)?[\s:是为（(]{0,3}(?P<id>[A-Za-z]{0,4}\d[\dA-Za-z\-]{3,20})(?![A-Za-z0-9])"
)


def is_hong_kong(letters: str, digits: str, check: str) -> bool:
    """The check digit of a Hong Kong identity card: weights 9 to 2, MOD 11, a missing first letter counts 36."""
    values = ([36] if len(letters) == 1 else []) + [ord(c) - 55 for c in letters] + [int(d) for d in digits]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (total + (10 if check == "A" else int(check))) % 11 == 0


def is_taiwan(letter: str, digits: str) -> bool:
    """The check digit of a Taiwan identity number: the letter is two digits, weights 1 9 8 7 6 5 4 3 2 1 1, MOD 10."""
    number = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(letter) + 10
    values = [number // 10, number % 10, *map(int, digits)]
    return sum(v * w for v, w in zip(values, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0


def handles(text: str) -> Iterator[Finding]:
    """Accounts, addresses of mail, plates, passports and permits in a text of plain width."""

    def found(kind, span, certain, why):
        return Finding(kind, span[0], span[1], "", certain, why)

    for match in EMAIL.finditer(text):
        yield found(Kind.EMAIL, match.span(), True, "email")
    for match in WECHAT.finditer(text):
        handle = match["id"].lower()
        has_sign = any(c.isdigit() or c in "_-" for c in handle) or re.search(
            r"号|ID|[:是为]", match[0][: -len(handle)], re.I
        )
        if handle not in WORDS_AFTER_WECHAT and has_sign:
            yield found(Kind.ACCOUNT, match.span("id"), True, "wechat")
    for match in QQ.finditer(text):
        yield found(Kind.ACCOUNT, match.span("id"), not match["group"], "qq")
    for match in OTHER_ACCOUNT.finditer(text):
        yield found(Kind.ACCOUNT, match.span("id"), False, "account")
    for match in PLATE.finditer(text):
        if sum(c.isdigit() for c in match["tail"]) >= 2:
            yield found(Kind.PLATE, match.span(), True, "plate")
    for match in PERMIT_CUE.finditer(text):
        if not NOT_A_PERMIT.search(text, max(0, match.start() - 6), match.start()):
            yield found(Kind.PERMIT, match.span("id"), True, "permit_cue")
    for match in PERMIT_SHAPE.finditer(text):
        certain = not NOT_A_PERMIT.search(text, max(0, match.start() - 12), match.start())
        if certain:
            yield found(Kind.PERMIT, match.span(), True, "permit_shape")
    for match in HONG_KONG.finditer(text):
        if is_hong_kong(*match.groups()):
            yield found(Kind.PERMIT, match.span(), True, "permit_check")
    for match in TAIWAN.finditer(text):
        if is_taiwan(*match.groups()):
            yield found(Kind.PERMIT, match.span(), True, "permit_check")
    for match in RECORD.finditer(text):
        yield found(Kind.RECORD, match.span("id"), False, "record")
