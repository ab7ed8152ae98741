"""Tables as people send them: every kind is read, and what is no table ends in a sentence."""

import datetime
import io
import zipfile

import pytest
from openpyxl import Workbook

from portal import tables
from portal.importing import Refused
from tests.given import given

WORDS = "全称,地区\n东莞市同心社工,东莞市\n广州市木棉社工,广州市\n"
ROWS = [
    {"全称": "东莞市同心社工", "地区": "东莞市"},
    {"全称": "广州市木棉社工", "地区": "广州市"},
]


def read(data: bytes | str):
    return tables.read_bytes(data.encode() if isinstance(data, str) else data, "table.csv")


def cells(data):
    return [row.cells for row in read(data)]


def book(*rows, sheet=None) -> bytes:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_csv_in_any_encoding_of_this_country_reads_the_same(encoding):
    assert cells(WORDS.encode(encoding)) == ROWS


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_told_by_the_header(separator):
    assert cells(WORDS.replace(",", separator)) == ROWS


def test_the_two_copies_of_the_real_table_are_one():
    one, other = (tables.read(given("agencies", name)) for name in ("uscc.csv", "uscc-gb18030.csv"))
    assert one == other
    assert len(one) == 20


def test_rows_keep_the_number_that_a_spreadsheet_shows():
    assert [(row.number, row.cells["a"]) for row in read('a,b\n\n"x\ny",1\n,,\nz,2\n')] == [
        (3, "x\ny"),
        (5, "z"),
    ]


def test_short_and_long_rows_are_taken_as_they_are():
    assert cells("a,b\n1\n1,2,3\n") == [{"a": "1"}, {"a": "1", "b": "2"}]


def test_excel_gives_text():
    data = book(
        ["全称", "成立", "人数", "时间"],
        ["东莞市同心社工", datetime.date(2010, 6, 18), 12.0, datetime.datetime(2024, 5, 1, 9, 30)],
        [None, None, None, None],
        ["木棉", "2011年", 3.5, True],
    )
    assert [row.number for row in read(data)] == [2, 4]
    assert cells(data) == [
        {"全称": "东莞市同心社工", "成立": "2010-06-18", "人数": "12", "时间": "2024-05-01 09:30"},
        {"全称": "木棉", "成立": "2011年", "人数": "3.5", "时间": "TRUE"},
    ]


def test_a_formula_without_its_value_is_a_sentence_with_its_row():
    with pytest.raises(Refused, match="3"):
        read(book(["a", "b"], [1, 2], ["x", "=A2+1"]))


def test_zero_bytes_in_a_cell_never_reach_the_database():
    assert cells(book(["a"], ["x"])) == [{"a": "x"}]
    with pytest.raises(Refused):
        read("a,b\nx\x00,1\n")


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(tables.MAX_UNPACKED + 1))
    return file.getvalue()


def word_document() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xef\xbb\xbf\r\n", id="only a mark"),
        pytest.param(b"\x00" * 100, id="zero bytes"),
        pytest.param(b"MZ\x90\x00\x03\x00\x00\x00" + bytes(range(256)) * 4, id="program"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"x" * 100, id="picture"),
        pytest.param(b"%PDF-1.7\n...", id="pdf"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", id="old excel"),
        pytest.param(bytes(range(128, 256)) * 10, id="noise"),
        pytest.param(b"a,b\n\xff\xfe\xfd,1\n", id="broken utf-8"),
        pytest.param(b"\xff\xfea", id="broken utf-16"),
        pytest.param("a,b\n", id="header only"),
        pytest.param(",".join(f"c{n}" for n in range(100_000)) + "\n" + "1," * 100_000, id="100,000 columns"),
        pytest.param("a,a\n1,2\n", id="one header twice"),
        pytest.param('a,b\n"' + "x" * 200_000, id="a quotation that never ends"),
        pytest.param("a\n" + "x" * (tables.MAX_CELL + 1), id="a novel in a cell"),
        pytest.param("a\n" + "1\n" * (tables.MAX_ROWS + 1), id="too many rows"),
        pytest.param(b"PK\x03\x04broken", id="damaged archive"),
        pytest.param(bomb, id="bomb"),
        pytest.param(word_document, id="word document"),
        pytest.param(lambda: book(*[["a"], *([["1"]] * (tables.MAX_ROWS + 1))]), id="too many rows in excel"),
        pytest.param(lambda: book([f"c{n}" for n in range(5000)], [1]), id="too many columns in excel"),
        pytest.param(lambda: book(), id="empty book"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(data):
    with pytest.raises(Refused) as refusal:
        read(data() if callable(data) else data)
    assert len(refusal.value.sentence) > 5


def test_a_file_that_is_too_large_is_not_even_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_BYTES", 10)
    (tmp_path / "big.csv").write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(Refused, match=r"big\.csv"):
        tables.read(tmp_path / "big.csv")


def test_western_text_in_an_old_encoding_is_not_taken_for_chinese():
    with pytest.raises(Refused):
        read("name,ort\nMüller,Köln\nGrün,Düsseldorf\n".encode("latin-1"))
