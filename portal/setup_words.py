"""The first words of every place, in both languages, until an editor writes better ones."""

from wagtail.rich_text import RichText


def steps(*pairs: tuple[str, str]) -> tuple[str, list[dict]]:
    """A block of numbered steps: title and text."""
    return "steps", [{"title": title, "text": RichText(f"<p>{text}</p>")} for title, text in pairs]


def text(*paragraphs: str) -> tuple[str, RichText]:
    return "text", RichText("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs))


def heading(words: str) -> tuple[str, str]:
    return "heading", words


def questions(*pairs: tuple[str, str]) -> tuple[str, list[dict]]:
    """A block of questions with their answers."""
    return "questions", [
        {"question": question, "answer": RichText(f"<p>{answer}</p>")} for question, answer in pairs
    ]


WORDS: dict[str, dict[str, dict]] = {
    "home": {
        "zh-hans": {
            "title": "一起走，路就通了",
            "introduction": "服务流动人口的机构，在这里认识彼此、一起学习，把做过的事写下来给后来的人。",
        },
        "en": {
            "title": "Roads join when we walk together",
            "introduction": "Organisations that serve internal migrants in China meet here, train together, and write down what they did for those who come after.",
        },
    },
    "agencies": {
        "zh-hans": {
            "title": "机构",
            "introduction": "谁在服务流动人口，在哪里，做什么。每一条都写明是谁说的、什么时候确认的。",
        },
        "en": {
            "title": "Agencies",
            "introduction": "Who serves internal migrants, where, and how. Every entry says who stated it and when it was last confirmed.",
        },
    },
    "events": {
        "zh-hans": {
            "title": "培训与研讨",
            "introduction": "各机构开放给同行的培训、研讨和个案讨论。报名只要一分钟，满了可以候补。",
        },
        "en": {
            "title": "Events",
            "introduction": "Trainings, seminars and case conferences open to colleagues from other agencies. Registering takes a minute; full events keep a waiting list.",
        },
    },
    "cases": {
        "zh-hans": {
            "title": "案例库",
            "introduction": "一线同行写下的实务案例：做了什么，有没有用，哪里没做好，换个地方还成不成。",
        },
        "en": {
            "title": "Library",
            "introduction": "Case studies written by practitioners: what was done, whether it worked, what did not, and whether it would work elsewhere.",
        },
    },
    "about": {
        "zh-hans": {
            "title": "关于同行",
            "introduction": "同行，读作 tóngháng，是同一个行当的人；也读作 tóngxíng，是一起走路的人。",
            "body": [
                heading("为什么要有它"),
                text(
                    "服务流动人口的机构散在各地，彼此知道得很少。一个城市做成的事，另一个城市要从头摸索；好的培训靠熟人转发；写好的报告放进抽屉，再没有人看过。研究者想找一线，一线想找研究者，常常擦肩而过。",
                    "同行想做的事很小：让机构互相看得见，让培训找得到人，让经验写下来之后有人读、有人用、有人接着改。",
                ),
                heading("我们怎么做"),
                text(
                    "机构的信息由机构自己写，写明日期；核实过的，说明核实了什么。合作关系要每一方都确认才公开。案例经过评审才发布，没有效果的尝试和有效果的一样欢迎。",
                    "这里不收集服务对象的个人信息。案例里的人都是化名，地点不写到街道以下。",
                ),
                heading("谁在维护"),
                text("门户由参与机构推举的小组共同维护，代码公开。发现错误，或者有更好的想法，请告诉我们。"),
            ],
        },
        "en": {
            "title": "About Tongxing",
            "introduction": "The name has two readings: tóngháng, people of the same trade, and tóngxíng, people walking together.",
            "body": [
                heading("Why it exists"),
                text(
                    "Agencies that serve internal migrants are scattered across China and know little of one another. What one city has solved, the next begins again from nothing. Good trainings travel by word of mouth. Reports go into drawers. Researchers look for practitioners, practitioners for researchers, and they pass each other by.",
                    "Tongxing does a small thing about it: agencies become visible to each other, trainings find the people who need them, and experience that has been written down is read, used and carried further.",
                ),
                heading("How we work"),
                text(
                    "Agencies write their own entries, with a date; where something was checked, the entry says what. A partnership is shown only when every party has confirmed it. Case studies are reviewed before they appear, and an honest account of something that did not work is as welcome as a success.",
                    "No information about clients is collected here. People in case studies have other names, and places are never more exact than a street office.",
                ),
                heading("Who looks after it"),
                text(
                    "A small group chosen by the participating agencies. The code is open. If you find a mistake or have a better idea, tell us."
                ),
            ],
        },
    },
    "guide": {
        "zh-hans": {
            "title": "使用指南",
            "introduction": "三分钟走一遍：加入机构，写一篇案例，报名一场培训。",
            "body": [
                heading("四步"),
                steps(
                    (
                        "注册，说明在哪家机构工作",
                        "用邮箱注册，可以设密码，也可以每次用邮件里的验证码登录。选好机构后，机构的管理员会收到您的加入申请，点一下就通过。",
                    ),
                    (
                        "把抽屉里的报告导进来",
                        "在“我的工作台”选“导入案例”，上传 Word 文件。系统按标题把内容放进案例的各个部分，放不进去的留在“其他内容”，一个字也不会丢。补上摘要和主题，提交评审。",
                    ),
                    (
                        "评审通过就发布",
                        "门户编辑会读一遍，通过后发布，或者写明哪里要改。发布后有固定网址和引用格式。",
                    ),
                    (
                        "报名培训",
                        "在“培训与研讨”里找到合适的，点“报名”。有名额马上确认，确认邮件附日历文件；满了就进候补，有人退出自动补上。",
                    ),
                ),
                heading("常见问题"),
                questions(
                    (
                        "我的机构不在名录里怎么办？",
                        "注册后在“我的工作台”申请加入名录，填名称、类型和所在地就可以。门户工作人员看过后公开。",
                    ),
                    (
                        "没有机构可以用吗？",
                        "可以。研究者和志愿者可以不选机构，浏览、报名、引用都不受影响；发布案例需要有机构。",
                    ),
                    ("写了一半的案例会被别人看到吗？", "不会。草稿只有本机构的同事能看到，搜索也搜不到。"),
                    ("报了名去不了怎么办？", "在活动页面点“取消报名”，名额会马上给候补的第一位。"),
                ),
            ],
        },
        "en": {
            "title": "Guide",
            "introduction": "Three minutes: join your agency, write up a case, register for a training.",
            "body": [
                heading("Four steps"),
                steps(
                    (
                        "Sign up and say where you work",
                        "Sign up with your e-mail address, with a password or with a code sent each time. When you choose your agency, its managers receive your request and accept it with one click.",
                    ),
                    (
                        "Bring in a report from the drawer",
                        "On your desk choose “Import a case study” and upload a Word file. Its headings decide which part of the case each text belongs to; what fits nowhere is kept under “Further text”. Add an abstract and topics, then submit it.",
                    ),
                    (
                        "Published after review",
                        "A portal editor reads it and publishes it, or says what needs changing. A published case has a permanent address and a citation.",
                    ),
                    (
                        "Register for a training",
                        "Find one under Events and press “Register”. If there is a seat you have it at once, and the confirmation brings a calendar file. If it is full you join the waiting list and move up by yourself.",
                    ),
                ),
                heading("Questions people ask"),
                questions(
                    (
                        "My agency is not listed. What now?",
                        "Sign up, then apply from your desk: name, type and place are enough. Portal staff look at it and list it.",
                    ),
                    (
                        "Can I take part without an agency?",
                        "Yes. Researchers and volunteers need none to read, register and cite. To publish a case study you need an agency.",
                    ),
                    (
                        "Can others see my unfinished case?",
                        "No. Drafts are seen by colleagues in your agency only, and search does not find them.",
                    ),
                    (
                        "I registered and cannot go.",
                        "Press “Cancel my registration” on the event's page. Your seat goes to the first person in line at once.",
                    ),
                ),
            ],
        },
    },
    "privacy": {
        "zh-hans": {
            "title": "个人信息说明",
            "introduction": "只记录办事需要的信息，说明为什么，用完就删。",
            "body": [
                heading("记录什么，为什么"),
                text(
                    "姓名和邮箱：用来登录、收通知，让主办方知道谁来参加。身份类别和所在机构：用来决定您能替哪家机构办事。报名记录：用来安排名额和候补。",
                    "不要求身份证号、住址和手机号。公开页面不显示个人邮箱。",
                ),
                heading("谁能看到"),
                text(
                    "同机构的成员能看到彼此的姓名；活动主办方能看到报名者的姓名和机构；门户工作人员处理申请时能看到申请内容。没有别人。"
                ),
                heading("您可以做的事"),
                text(
                    "在“我的账号”里随时修改姓名、邮箱和语言，查看登录过的设备并让它们退出。在“您的数据”里查看并下载与您有关的全部信息，也可以自己注销账号：哪些删除、哪些去名保留，注销之前都会写明。"
                ),
                heading("其他"),
                text("页面不加载任何外部网站的内容，不做跨站跟踪。只使用登录所必需的 Cookie。"),
            ],
        },
        "en": {
            "title": "Privacy",
            "introduction": "We keep only what the work needs, say why, and delete it when it is done.",
            "body": [
                heading("What we keep, and why"),
                text(
                    "Your name and e-mail address: to sign you in, to write to you, and so that a host knows who is coming. Your occupation and agency: to decide for whom you may act. Your registrations: to hand out seats and keep the waiting list.",
                    "We do not ask for identity numbers, home addresses or phone numbers. Public pages never show personal e-mail addresses.",
                ),
                heading("Who sees it"),
                text(
                    "Members of the same agency see each other's names. The host of an event sees the names and agencies of those who registered. Portal staff see what an application says when they decide on it. Nobody else."
                ),
                heading("What you can do"),
                text(
                    "Change your name, address and language at any time in your account; see the devices that are signed in, and sign them out. Under “Your data” you read and download everything about you. You can close your account yourself; before you do, the page says what is deleted and what stays without your name."
                ),
                heading("And besides"),
                text(
                    "Pages load nothing from other sites and do not track you. The only cookies are the ones that signing in needs."
                ),
            ],
        },
    },
}
