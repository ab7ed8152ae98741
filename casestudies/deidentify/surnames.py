"""Which characters make a Chinese name: surnames by how many bear them, and characters that given names are made of.

The hundred commonest surnames cover about 85 % of people (Ministry of Public Security, name reports 2018 to 2021).
Surnames that are also everyday words (高, 方, 时, 马上, 周末) need a cue word before them.
"""

#: Surnames that are seldom the beginning of another word.
SURNAMES = frozenset(
    "许顾庄梅童付王李张刘陈杨赵黄周吴徐孙胡朱郭何罗宋梁谢韩唐冯邓曹彭萧蔡潘袁董余苏叶吕魏蒋杜姚卢姜崔谭廖邹陆郝孔邵孟秦"
    "贺赖龚庞樊殷施洪翁颜倪严牛俞申葛聂焦冉柳邢阮詹欧耿芦尹阎凌柯莫温季伍覃霍翟齐骆沈肖贾薛侯尚舒夏范石傅"
    "丁戴任钟汪田姜熊陶郑蒙岳靳祁屠池裴窦晏佘桂邱汤滕卞缪苗花项祝祖窦娄鲍茅闵阙闫麦岑卓隋戚邬蔺蒲郎晋褚甄"
    "覃韦农蓝侬隆黎涂甘龙万段雷钱史武黎易常武乔曾文白兰史邵毛林马"
)
#: Surnames that are everyday words too: they count only beside a cue.
WORDLIKE = frozenset("章盛高方于金向江安成康时水平游路连单程包计管乐古明阳辛华查车谷关章左党雪海艾宁简鲜应")
DOUBLE = (
    "欧阳|上官|司马|诸葛|司徒|东方|独孤|南宫|夏侯|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|轩辕|端木|百里|呼延|澹台|太史|申屠|闻人|第五|"
    "钟离|淳于|单于|拓跋|万俟|赫连|公冶|宗政|濮阳|仲孙|公羊"
)
#: Characters that given names are made of.
GIVEN = frozenset(
    "彩燕凯冬夏土带杏威猛圆楷宸奕程嫣允帆峰丰广宾坤昆琨芙鹃伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英霞平刚桂兰玉萍华红建国文辉力斌波宁福生龙元全国胜学祥才发武新利清飞彬富顺信子杰"
    "涛昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋梁栋维启克伦翔旭鹏泽晨辰士以建家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘"
    "美慧莉桃淑惠珠翠雅芝珍贞凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤叶璧璐娅琦晶妍茜秋珊莎锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯毓悦昭冰爽琬茗羽希欣飘育滢馥筠柔竹霭凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔枝丽"
    "春喜来根水木金银财贵宝福寿旺兴海山川石柱栓保忠义仁礼智孝廉正直良贤能俊毅果决东南西北方阳庭轩涵萱怀远长永久恒常万千百小大少世代宗祖光耀显扬鑫森淼焱磊晶喆垚梓睿皓宇昊然紫诗雨桐语彤锐铭锋钢铁铜锡镇钰琪珂玲珑瓊玮珏璇珺玥芷莹萌蕾花草苗茹芬芹菊葵蔷葶菊娣弟招盼引娥嫦妮婧姗妙姿婶"
    "立志望向前勋功业绩尚尧舜禹汤启汉唐宋明清卫军兵帅将校尉炜煜烨灿煌熠焕炳炯烽焰熙曦昱昕旻晖晗晟晔景智曼曾朝期本杉李杨柏柳桦棋椿楚槐樱欧殿毕淳深渊涌润渝湘源溪滨漫潇潮澄瀚灵煊爵牧牡特献玄率珩理瑜甜田甫男畅白益盈真睦知研硕碧磊社祺禄秉科稳立章童竣笑策筱简精素紫红纪纲练绪绮罗美翎耘聆肖胤腊臻航舟艾芯苏若英范荃莉菡萧葆蒙蓝虎虹蝶衍裴西言训诺谊谋谷豪贝贤贻赐赞超越路辅运进逸道郁郎郡酉重野钦铃锴镜闻阔陆隆隽雄雯霆霏霖静靖韬音顺颂领频颢飒馥驰骁骏高魁魏鲁鸿鹤鹭麒麟黎默齐龄龙"
)
#: Never the first character after a surname, and never the last of a name: particles, verbs, measure words.
GRAMMAR = frozenset(
    "的了是在有着过地得和与及或而但也都就还又很不没把被让给对向从到于为因所以其之这那哪什么怎谁我你他她它们个位名次种些每各某等说问想看听要会能可该应去做吃住打读写用找带帮跑回出入上下里外岁第"
)
#: Words that look like a given name after a surname and are none: titles, and what schools and services are called.
NO_GIVEN = frozenset(
    "先生 女士 小姐 太太 夫人 阿姨 叔叔 大叔 大哥 大姐 大爷 大妈 大娘 大嫂 老师 医生 护士 律师 同学 同志 师傅 老人 社工 大学 中学 小学 学校 学生 心理 中心 工作 社会 社区 家庭 家长 孩子 "
    "母亲 父亲 妈妈 爸爸 奶奶 爷爷 先后 大家 大多 小时 小组 小区 年级 主任 书记 经理 厂长 校长 警官 法官 姐姐 哥哥 弟弟 妹妹 老板 姑娘 小伙 老伯 老太 阿婆 阿伯 村长 会长 组长 队长 班长 老乡 美女 小妹 小弟 平时 本人 夫妇 夫妻 全家 家里 家人".split()
)
#: Great minds and public figures that reports cite.
WELL_KNOWN = frozenset(
    "罗杰斯 马斯洛 班杜拉 艾里克森 埃里克森 弗洛伊德 皮亚杰 布朗芬布伦纳 费孝通 萨提亚 萨提尔 毛泽东 习近平 邓小平 周恩来 孙中山 雷锋 陶行知 晏阳初 梁漱溟 鲍尔比 安斯沃斯 维果茨基 戈夫曼 阿德勒 荣格 "
    "温尼科特 米纽秦 里士满 塞利格曼 萨利比 罗斯曼 布迪厄 马克思 布迪尔 舒茨 哈贝马斯 贝克 埃利斯 斯金纳 科尔伯格 杜威 鲁迅 孔子 孟子 老子 庄子 李白 杜甫 白居易 王阳明 梁启超 胡适 钱学森 袁隆平 "
    "钟南山 屠呦呦 张桂梅 焦裕禄 白方礼 孙志刚 张海超 潘毅 卢晖临 陈涛 王思斌 王春光 李培林 李强 陆学艺 项飙 沈从文 路遥 孙少平 祥林嫂 闰土 范雨素 许立志 李子柒 白雪公主 马云 任正非 "
    "黄继光 董存瑞 关云长 诸葛亮 孙悟空 林黛玉 贾宝玉 曹雪芹 贝多芬 高斯 马赫 雷锋叔叔 石成金".split()
)
PINYIN_SURNAMES = (
    "Wang|Li|Zhang|Liu|Chen|Yang|Zhao|Huang|Wu|Xu|Sun|Hu|Zhu|Guo|He|Luo|Song|Liang|Xie|Han|Tang|Feng|Deng|Cao|Peng|Xiao|Cai|Pan|Yuan|"
    "Dong|Yu|Su|Ye|Lu|Lv|Wei|Jiang|Du|Yao|Cui|Tan|Liao|Zou|Hao|Kong|Shao|Meng|Qin|Lai|Gong|Fan|Shi|Yan|Ni|Niu|Qian|Dai|Ren|Zhong|Tian|"
    "Xiong|Tao|Zheng|Ma|Lin|Gao|Fang|Jia|Xue|Hou|Xia|Fu|Ding|Bai|Mo|Zeng|Lei|Qiu|Ouyang|Sima|Zhuge|Situ|Shangguan|Qi|Jin|Kang|Long|Wan|Duan|Shen"
)
