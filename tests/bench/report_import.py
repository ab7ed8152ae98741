"""How long a report of 200 pages takes until it is a draft, and how much memory: `make bench-import`.

The report is made here: some 200 pages of A4 (500 characters each), with headings, tables, lists, notes in brackets,
tracked changes and 30 photographs. It is read in a process of its own, so that the peak is that of reading alone.
"""

import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PAGES = 200
PHOTOGRAPHS = 30
SENTENCE = "我们在晚上七点以后敲门，请每一户说一说最需要什么，并把听到的话照原样记下来。"
HEADINGS = (
    "一、案例背景", "二、需求评估", "三、理论依据", "四、服务目标", "五、介入过程", "六、服务成效", "七、专业反思",
    "八、不足与教训", "九、推广条件", "十、参考文献",
)  # fmt: skip


def make_report(file: Path) -> None:
    """Write the report."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls
    from PIL import Image

    document = docx.Document()
    document.add_heading("二百页的报告", 0)
    pages = PAGES // len(HEADINGS)
    for number, heading in enumerate(HEADINGS):
        document.add_heading(heading, 1)
        for page in range(pages):
            document.add_heading(f"（{page + 1}）第 {page + 1} 次", 2)
            for _paragraph in range(6):
                paragraph = document.add_paragraph(SENTENCE)
                paragraph.add_run("重点").bold = True
                paragraph.add_run(SENTENCE)
            tracked = f"<w:ins {nsdecls('w')}><w:r><w:t>补充一句。</w:t></w:r></w:ins>"
            paragraph._p.append(parse_xml(tracked))
            for _item in range(3):
                document.add_paragraph("家访一次", style="List Bullet")
            table = document.add_table(rows=4, cols=4)
            for row in table.rows:
                for cell in row.cells:
                    cell.text = "二十二"
        for _photograph in range(PHOTOGRAPHS // len(HEADINGS)):
            picture = io.BytesIO()
            small = Image.effect_noise((200, 150), 40 + number).convert("RGB")
            small.resize((1600, 1200)).save(picture, "JPEG", quality=80)
            document.add_picture(picture)
            document.add_paragraph(f"图 {number + 1} 院子里的会")
    document.save(str(file))


def read_report(file: Path) -> None:
    """Read it into pieces and draw its pictures anew, as the page does before it saves; print what it took."""
    import django

    django.setup()
    from casestudies.report import draft, reading

    content = file.read_bytes()
    before = peak_mb()
    began = time.perf_counter()
    read = reading.read(file.name, content)
    fields = read.fields()
    drawn = [draft.examined(image) for image in read.images]
    took = time.perf_counter() - began
    if (
        len(drawn) != PHOTOGRAPHS
        or None in drawn
        or not all(len(fields[name]) > 9000 for name in ("process", "aims"))
    ):
        raise SystemExit("The report was not read whole.")
    print(
        json.dumps(
            {
                "seconds": took,
                "peak": peak_mb(),
                "before": before,
                "characters": sum(map(len, map(str, fields.values()))),
            }
        )
    )


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.docx"
        make_report(file)
        answer = subprocess.run(
            [sys.executable, "-m", "tests.bench.report_import", str(file)],
            check=True,
            capture_output=True,
            text=True,
        )
        told = json.loads(answer.stdout.splitlines()[-1])
        print(f"report: {PAGES} pages, {file.stat().st_size / 1e6:.1f} MB, {PHOTOGRAPHS} photographs")
    print(f"import_200_pages_s {told['seconds']:.2f}")
    print(f"import_peak_mb {told['peak']:.0f}")
    print(f"import_own_mb {told['peak'] - told['before']:.0f}")


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if len(sys.argv) > 1:
        read_report(Path(sys.argv[1]))
    else:
        main()
