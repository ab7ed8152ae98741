"""What is understood of a pasted list of people."""

import pytest
from django.utils.translation import override

from events.nominating.name_list import read


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def understood(text):
    return [(line.name, line.phone, line.email) for line in read(text) if not line.trouble]


def troubles(text):
    return [(line.number, line.trouble) for line in read(text) if line.trouble]


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("张三 13812345678 zs@example.org", ("张三", "13812345678", "zs@example.org")),
        ("zs@Example.org;13812345678;张三", ("张三", "13812345678", "zs@example.org")),
        ("13812345678\t张三", ("张三", "13812345678", "")),
        ("1. 张三，１３８　１２３４　５６７８；", ("张三", "13812345678", "")),
        ("12、张三、+86 138-1234-5678", ("张三", "13812345678", "")),
        ("③张三 008613812345678", ("张三", "13812345678", "")),
        ("5 13812345678 张三", ("张三", "13812345678", "")),
        ("王　芳13812345678", ("王芳", "13812345678", "")),
        ("姓名：张三 手机：13812345678 邮箱：zs@example.org", ("张三", "13812345678", "zs@example.org")),
        ("刘洋（0769-22334455）", ("刘洋", "076922334455", "")),
        ("Li Ming, +852 9123 4567", ("Li Ming", "+85291234567", "")),
        ("𠮷田一郎 y＠example.jp", ("𠮷田一郎", "", "y@example.jp")),
        ("张三2 13812345678", ("张三2", "13812345678", "")),
        ("阿依古丽·买买提 13812345678", ("阿依古丽·买买提", "13812345678", "")),
    ],
)
def test_name_number_and_address_stand_in_any_order_with_any_separator(line, person):
    assert understood(line) == [person]


def test_what_is_not_used_of_a_line_is_named():
    [line] = read("张三 社工 中级 13812345678 2楼")
    assert (line.name, line.left_out) == ("张三", "社工 中级 2楼")


def test_a_paste_of_garbage_gives_a_sentence_a_line():
    assert troubles(
        "!!!\n张三\n1381234567 钱七\n周九 zhou@\n\n吴十 13800001111 13900001111\n9876543210987654321"
    ) == [
        (1, "There is no name in this line."),
        (2, "There is no telephone number and no e-mail address in this line."),
        (3, "“1381234567” is not a whole telephone number."),
        (4, "“zhou@” is not a whole e-mail address."),
        (6, "There are two numbers or addresses in this line. Write one person a line."),
        (7, "“9876543210987654321” is not a whole telephone number."),
    ]


def test_the_same_number_twice_is_one_person():
    first, second = read("张三 13812345678\n小张 +86 138 1234 5678")
    assert (first.trouble, second.is_double) == ("", True)
    assert second.trouble == "Line 1 has the same number or address. This line is left out."


def test_heads_of_columns_and_empty_lines_are_passed_over():
    assert read("姓名\t手机\t邮箱\n\n   \n") == []


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\x07"])
def test_a_name_with_an_invisible_change_of_direction_is_refused(sign):
    assert "invisible" in troubles(f"张{sign}三 13812345678")[0][1]


@pytest.mark.parametrize(
    "text", ["\x00" * 50, "@" * 5000, "1" * 20000, "a@" * 3000, "（" * 9000, "+86 " * 4000]
)
def test_nothing_that_is_pasted_takes_long_or_breaks(text):
    assert all(line.trouble for line in read(text))


@pytest.mark.parametrize(
    ("line", "left_out"),
    [
        ("王芳\t女\t13812345678", "女"),
        ("女 王芳 13812345678", "女"),
        ("王芳女士 13812345678", ""),
        ("王芳 老师 13812345678", "老师"),
    ],
)
def test_a_column_for_sex_is_no_part_of_the_name(line, left_out):
    [one] = read(line)
    assert (one.name.removesuffix("女士"), one.left_out, one.trouble) == ("王芳", left_out, "")


def test_a_head_with_columns_that_are_not_used_is_passed_over():
    assert read("序号\t姓名\t性别\t单位\t职务\t手机号\t备注") == []
