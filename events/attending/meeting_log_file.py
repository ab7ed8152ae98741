"""Reading the participant logs of meeting tools: Tencent Meeting, Zoom, Teams, DingTalk, Feishu, as CSV or Excel.

No tool writes a plain table: there are lines about the meeting first, or several tables in one file, and every tool has
its own headers, in the language of whoever exported. So a header is known by its words, wherever it stands.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from portal import tables
from portal.importing import Refused

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
SEPARATORS = "\t,;"

#: Column: the headers it is known by, as the tools write them, without spaces and in lower case.
HEADERS = {
    "name": (
        "name", "fullname", "displayname", "username", "participant", "participantname", "attendee", "nickname",
        "name(originalname)", "名称", "名称(原始名称)", "姓名", "昵称", "用户昵称", "用户名称", "用户名", "成员",
        "成员昵称", "成员名称", "参会人", "参会者", "参会人员", "参会成员", "参与者", "与会者", "用户昵称(入会昵称)",
        "姓名(昵称)", "全名", "显示名称",
    ),
    "email": (
        "email", "useremail", "e-mail", "emailaddress", "mail", "participantid(upn)", "upn", "邮箱", "电子邮件",
        "用户邮箱", "用户电子邮件", "邮箱地址", "电子邮箱", "企业邮箱", "联系方式(邮箱)",
    ),
    "phone": (
        "phone", "phonenumber", "mobile", "mobilenumber", "telephone", "手机", "手机号", "手机号码", "电话", "电话号码",
        "联系电话",
    ),
    "joined": (
        "jointime", "joined", "joinedat", "firstjoin", "firstjointime", "join", "加入时间", "入会时间", "首次入会时间",
        "首次加入时间", "首次加入", "进入时间", "加入会议时间", "进入会议时间",
    ),
    "left": (
        "leavetime", "left", "leftat", "lastleave", "lastleavetime", "leave", "离开时间", "退会时间", "离会时间",
        "最后退会时间", "最后离开时间", "上次离开", "最后离开", "退出时间", "离开会议时间", "退出会议时间",
    ),
    "duration": (
        "duration", "duration(minutes)", "totalduration(minutes)", "in-meetingduration", "attendeeduration",
        "duration(min)", "timeinsession(minutes)", "时长", "时长(分钟)", "参会时长", "入会时长", "累计参会时长",
        "会议时长", "会议内时长", "参会时长(分钟)", "总时长(分钟)", "总时长", "在会时长", "累计入会时长",
    ),
}  # fmt: skip
COLUMN_OF = {header: column for column, headers in HEADERS.items() for header in headers}

#: How the tools write a moment. Day and month are told apart by the year standing first; where it stands last, the
#: month comes first, as in the exports of Zoom and Teams.
MOMENTS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y.%m.%d %H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p",
    "%m/%d/%y %I:%M:%S %p", "%m/%d/%y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M:%S",
    "%Y-%m-%d %I:%M:%S %p", "%Y/%m/%d %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p", "%b %d, %Y %H:%M:%S",
)  # fmt: skip
#: Between joining and leaving somebody was away for longer than this: then the tool's own total is believed.
AWAY = timedelta(minutes=1)


@dataclass(frozen=True)
class Join:
    """One time that somebody joined, as the log says it. `number` is the line in the file."""

    number: int
    name: str
    email: str
    phone: str
    joined_at: datetime
    left_at: datetime


@dataclass(frozen=True)
class BadLine:
    """A line with a participant that cannot be used, and why."""

    number: int
    name: str
    sentence: str


def read(data: bytes, filename: str) -> tuple[list[Join], list[BadLine]]:
    """What a log says. Raises Refused when the file is not a participant log.

    Where a file has several tables (Teams: a summary of each person, then every single join), the one with more joins
    counts.
    """
    if len(data) > MAX_BYTES:
        raise Refused(
            _("“%(name)s” is larger than %(limit)d MB. Export one meeting at a time.")
            % {"name": filename, "limit": MAX_BYTES // 1024 // 1024}
        )
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Refused(_("“%(name)s” is empty.") % {"name": filename})
    found = list(tables_in(lines_of(data, filename)))
    if not found:
        raise Refused(
            _(
                "“%(name)s” has no line with the headers of a participant log: a name, and when people joined "
                "and left. Export the list of participants with times from the meeting tool."
            )
            % {"name": filename}
        )
    read_tables = [read_table(header, rows) for header, rows in found]
    return max(read_tables, key=lambda table: len(table[0]))


def lines_of(data: bytes, filename: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered lines of cells, of a CSV text in UTF-8, UTF-16 or GB18030, or of the first sheet of an Excel file."""
    for number, cells in (
        tables.excel(data, filename) if data.startswith(b"PK") else text_lines(data, filename)
    ):
        if number > MAX_ROWS:
            raise Refused(
                _("“%(name)s” has more than %(limit)d lines.") % {"name": filename, "limit": MAX_ROWS}
            )
        yield number, [cell.replace("\x00", "").strip()[:300] for cell in cells]


def text_lines(data: bytes, filename: str) -> Iterator[tuple[int, list[str]]]:
    text = tables.decode(data, filename)
    separator = max(SEPARATORS, key=lambda sign: text.count(sign) if sign != "\t" else 3 * text.count(sign))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as error:
        raise Refused(
            _("“%(name)s” cannot be read from row %(row)d on: %(reason)s.")
            % {"name": filename, "row": reader.line_num, "reason": error}
        )


def tables_in(lines: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[dict[str, int], list]]:
    """Each table of participants: its header as column → place, and its lines.

    After an empty line the table goes on only with a line that says when somebody joined: tools put remarks there.
    """
    header: dict[str, int] | None = None
    rows: list[tuple[int, list[str]]] = []
    is_after_gap = False
    for number, cells in lines:
        if is_new := header_of(cells):
            if header is not None:
                yield header, rows
            header, rows, is_after_gap = is_new, [], False
        elif header is not None and not any(cells):
            is_after_gap = True
        elif header is not None:
            says_when = len(cells) > header["joined"] and cells[header["joined"]]
            if is_after_gap and not says_when:
                yield header, rows
                header = None
            else:
                rows.append((number, cells))
    if header is not None:
        yield header, rows


def header_of(cells: list[str]) -> dict[str, int] | None:
    """Which column stands where, if this line is a header: it names people, and when they joined."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        words = re.sub(r"[\s_]", "", cell).replace("（", "(").replace("）", ")").casefold()
        if column := COLUMN_OF.get(words):
            found.setdefault(column, place)
    has_times = "joined" in found and ("left" in found or "duration" in found)
    return found if has_times and ("name" in found or "email" in found) else None


def read_table(header: dict[str, int], rows: list) -> tuple[list[Join], list[BadLine]]:
    joins, bad = [], []
    for number, cells in rows:
        said = {column: cells[place] if place < len(cells) else "" for column, place in header.items()}
        name = said.get("name", "")[:120]
        if not any(said.get(column) for column in ("name", "email", "phone")):
            continue
        try:
            joined_at, left_at = times(said)
        except ValueError:
            sentence = _("It does not say when this person joined and left in a way that we can read.")
            bad.append(BadLine(number, name, sentence))
            continue
        email, phone = said.get("email", "").casefold()[:254], digits(said.get("phone", ""))
        joins.append(Join(number, name, email, phone, joined_at, left_at))
    return joins, bad


def times(said: dict[str, str]) -> tuple[datetime, datetime]:
    """When somebody joined and left. Raises ValueError.

    Where the tool sums up several joins in one line, the total is shorter than the time between: then it is counted
    from the first join on.
    """
    joined_at = moment(said["joined"])
    total = duration(said.get("duration", ""))
    if said.get("left"):
        left_at = moment(said["left"])
        if total and joined_at + total < left_at - AWAY:
            left_at = joined_at + total
    elif total:
        left_at = joined_at + total
    else:
        raise ValueError("neither an end nor a duration")
    if left_at <= joined_at:
        raise ValueError("left before joining")
    return joined_at, left_at


def moment(words: str) -> datetime:
    """A moment as a tool writes it, in Beijing time unless it says otherwise. Raises ValueError."""
    words = re.sub(r"[\s\u202f\xa0]+", " ", words.replace("上午", "AM ").replace("下午", "PM ")).strip()
    words = re.sub(
        r"(\d),? (\d{1,2}:)",
        r"\1 \2",
        words.replace("T", " ", 1) if re.match(r"\d{4}-\d\d-\d\dT", words) else words,
    )
    words = re.sub(r"\b(AM|PM) (\d{1,2}:\d\d(?::\d\d)?)", r"\2 \1", words)
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        found = None
    if found is None:
        for form in MOMENTS:
            try:
                found = datetime.strptime(words, form)
                break
            except ValueError:
                continue
    if found is None or not 2000 <= found.year <= 2100:
        raise ValueError(words)
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def duration(words: str) -> timedelta | None:
    """A length of time: 95, 95 分钟, 1:35:00, 1h 35m 20s, 1小时35分20秒. None when it is not one."""
    words = words.replace(" ", "").casefold()
    if re.fullmatch(r"\d{1,5}(\.\d+)?(分钟|分|minutes|minute|mins|min|m)?", words):
        return timedelta(minutes=float(re.match(r"[\d.]+", words).group()))
    if clock := re.fullmatch(r"(\d{1,3}):(\d{2})(?::(\d{2}))?", words):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    parts = r"(?:(\d{1,3})(?:小时|时|hours?|hrs?|h))?(?:(\d{1,4})(?:分钟|分|minutes?|mins?|m))?(?:(\d{1,5})(?:秒钟|秒|seconds?|secs?|s))?"
    if words and (found := re.fullmatch(parts, words)):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return None


def digits(phone: str) -> str:
    """The digits of a telephone number without the prefix of mainland China."""
    found = re.sub(r"\D", "", phone)
    return re.sub(r"^(?:0086|86)(?=1\d{10}$)", "", found)[:20]
