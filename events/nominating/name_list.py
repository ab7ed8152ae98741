"""Reading a list of people as it is pasted from a chat, a sheet or a mail: one person a line, in whatever order.

Nothing is guessed away: each line says what was understood, what was left out, and what is wrong with it.
"""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from orgs.names import seen_as_written

MOST_LINES = 100
HOME = "CN"
EMAIL = re.compile(r"[^\s,;:<>()\[\]{}\"'|、。]*@[^\s,;:<>()\[\]{}\"'|、。@]*")
#: A Chinese mobile number with or without gaps, a Chinese landline, and what another country's number looks like.
PHONE = re.compile(
    r"(?<![\d+])(?:(?:\+|00)?86[\s-]*)?1[3-9](?:[\s-]*\d){9}(?!\d)"
    r"|(?<![\d+])(?:(?:\+|00)86[\s-]*\(?0?|\(?0)[1-9]\d{1,2}\)?[\s-]*\d{7,8}(?!\d)"
    r"|\+\d(?:[\s-]*\d){6,14}(?!\d)"
)
BETWEEN = re.compile(r"[\s,;:、。|/\\()\[\]{}<>\"'=*#_~!?&^%$+-]+")
NUMBERING = re.compile(r"^\s*[(\[]?\d{1,3}(?:[.)\]、:,\s]+|(?=[^\W\d]))")
#: Heads of columns and labels, which are no names.
LABELS = {
    *(
        "姓名",
        "名字",
        "电话",
        "手机",
        "手机号",
        "手机号码",
        "联系电话",
        "联系方式",
        "电子邮箱",
        "邮箱",
        "邮件",
    ),
    *("性别", "单位", "工作单位", "机构", "部门", "职务", "岗位", "备注"),
    *("序号", "微信", "name", "phone", "tel", "mobile", "email", "e-mail", "mail", "no", "no."),
}
#: What a column says of a person and what people put behind a name; never part of a name that stands beside it.
BESIDE_A_NAME = {"男", "女", "先生", "女士", "小姐", "老师"}


@dataclass(frozen=True)
class Line:
    """One line of the list, its number counted from 1, and what was understood. `trouble` is empty when it can be used."""

    number: int
    text: str
    name: str = ""
    phone: str = ""
    email: str = ""
    left_out: str = ""
    trouble: str = ""
    #: Another line of the list says the same person: this one is not needed.
    is_double: bool = False


def read(text: str) -> list[Line]:
    """Every line that says something, in its order. Heads of columns are passed over."""
    lines = []
    for number, raw in enumerate(text.splitlines(), 1):
        if line := read_line(number, raw):
            lines.append(line)
    return without_doubles(lines)


def read_line(number: int, raw: str) -> Line | None:
    """What one line says, or None when it is empty or a head of columns."""
    shown = raw.strip()
    text = "".join(
        sign if unicodedata.category(sign) not in ("Cc", "Cf") else " "
        for sign in unicodedata.normalize("NFKC", raw)
    ).strip()
    if not text:
        return None
    rest, emails = taken_out(EMAIL, text)
    rest, numbers = taken_out(PHONE, rest)
    rest = NUMBERING.sub("", rest)
    words = [word for word in BETWEEN.split(rest) if word.strip(".")]
    if not numbers and not emails and words and all(word.lower() in LABELS for word in words):
        return None
    words = [word for word in words if word.lower() not in LABELS]
    plain = [word for word in words if not any(sign.isdigit() for sign in word)]
    named = [word for word in words if has_few_digits(word) and word[0].isalpha()]
    names = [word for word in plain if word not in BESIDE_A_NAME] or plain
    name, left_out = name_in(names or named[:1])  # 张三2 is a name where nothing else is
    left_out = " ".join(filter(None, [left_out, *(word for word in plain if word not in names)]))
    phone = one_way(numbers[0]) if numbers else ""
    email = emails[0].strip(".").lower() if emails else ""
    odd = [word for word in words if sum(sign.isdigit() for sign in word) > 4]
    left_out = " ".join(
        filter(None, [left_out, *(word for word in words if has_few_digits(word) and word != name)])
    )
    trouble = ""
    if len(numbers) > 1 or len(emails) > 1:
        trouble = _("There are two numbers or addresses in this line. Write one person a line.")
    elif odd or (numbers and not phone):
        trouble = _("“%(number)s” is not a whole telephone number.") % {"number": (odd or numbers)[0][:30]}
    elif email and not is_address(email):
        trouble = _("“%(address)s” is not a whole e-mail address.") % {"address": email[:60]}
    elif not name:
        trouble = _("There is no name in this line.")
    elif len(name) > 60:
        trouble = _("This name is longer than 60 characters.")
    elif not is_seen_as_written(raw):
        trouble = _("There is an invisible character in this line that changes how it reads. Type it again.")
    elif not phone and not email:
        trouble = _("There is no telephone number and no e-mail address in this line.")
    return Line(number, shown[:200], name[:60], phone, email, left_out[:100], trouble)


def taken_out(pattern: re.Pattern, text: str) -> tuple[str, list[str]]:
    """The text without what fits the pattern, and what did."""
    found = [match.group().strip() for match in pattern.finditer(text)]
    return pattern.sub(" , ", text), found


def one_way(number: str) -> str:
    """A telephone number as we keep it: digits for ours, with + and country for others. Empty when it cannot be one."""
    if number.startswith("00"):
        number = "+" + number[2:]
    try:
        parsed = phonenumbers.parse(number, HOME)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    if parsed.country_code != 86:
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    national = str(parsed.national_number)
    return national if len(national) == 11 and national.startswith("1") else f"0{national}"


def is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= 254


def is_seen_as_written(text: str) -> bool:
    try:
        seen_as_written(text.replace("\t", " ").strip())
    except ValidationError:
        return False
    return True


def has_few_digits(word: str) -> bool:
    return 0 < sum(sign.isdigit() for sign in word) <= 4


def name_in(words: list[str]) -> tuple[str, str]:
    """The name among the words, and the other words. A Chinese name may be spread (王 芳), a Latin one has several words."""
    chinese = [word for word in words if "\u3400" <= word[0] <= "\u9fff" or word[0] >= "\U00020000"]
    if not chinese:
        return " ".join(words), ""
    name = chinese[:1]
    if len(chinese) > 1 and 1 in map(len, chinese[:2]) and len("".join(chinese[:2])) <= 4:
        name = chinese[:2]
        if len(chinese) > 2 and len("".join(chinese[:3])) == 3:
            name = chinese[:3]
    rest = list(words)
    for word in name:
        rest.remove(word)
    return "".join(name), " ".join(rest)


def without_doubles(lines: list[Line]) -> list[Line]:
    """The same lines; one that repeats the number or address of an earlier one says so."""
    seen: dict[str, int] = {}
    told = []
    for line in lines:
        same = next((seen[key] for key in (line.phone, line.email) if key and key in seen), None)
        if same and not line.trouble:
            words = _("Line %(number)d has the same number or address. This line is left out.")
            line = Line(
                **{**vars(line), "trouble": words % {"number": same}, "is_double": True},
            )
        for key in filter(None, (line.phone, line.email)):
            seen.setdefault(key, line.number)
        told.append(line)
    return told
